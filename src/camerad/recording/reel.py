"""One film in the tree of files, while it is being recorded."""

import errno
from fractions import Fraction
from typing import Final

from msgspec import structs

from camerad.errors import InsufficientStorage
from camerad.recording.avi import Muxer
from camerad.recording.disk import FileDisk
from camerad.recording.header import Film, header
from camerad.recording.timeline import Timeline
from camerad.storage.growing import GrowingFile
from camerad.storage.tree import Tree

CHECKPOINT_S: Final = 0.8
"""Less than half of what may be lost: the rest is for the way here, and for the disk to do what it
was told.
"""
SILENCE_S: Final = 2.0
"""A camera that gives nothing for so long is away: the film goes on with its last picture."""
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)


class Reel:
    """A film, its times and its safety. Every call blocks, and raises ``OSError``."""

    def __init__(self, tree: Tree, path: str, film: Film, shots_per_s: Fraction | None) -> None:
        """``shots_per_s`` is not None for a film that plays faster than it was recorded."""
        self._tree = tree
        self._file: GrowingFile = tree.grow(path, header(film))
        self._muxer = Muxer(FileDisk(self._file.descriptor), film)
        self._is_timelapse = shots_per_s is not None
        self._timeline = Timeline(shots_per_s or film.rate_fps)
        self._last_s: float | None = None
        self._unsafe_since_s: float | None = None

    @property
    def path(self) -> str:
        return str(self._file.path)

    @property
    def film(self) -> Film:
        return self._muxer.film

    @property
    def size_bytes(self) -> int:
        return self._muxer.size_bytes

    @property
    def full(self) -> bool:
        """Whether the format lets it grow no more."""
        return self._muxer.full

    def add(self, jpeg: bytes, captured_at_s: float) -> bool:
        """Append a picture; false if it has no place. Raises ``InsufficientStorage``."""
        missing = self._timeline.place(captured_at_s)
        if missing is None:
            return False
        self._need(len(jpeg))
        self._muxer.repeat(missing)
        self._muxer.write(jpeg)
        self._last_s = captured_at_s
        return True

    def tick(self, now_s: float) -> None:
        """Make safe what is not yet, if it is time; to be called several times a second."""
        if not self._muxer.unsafe:
            self._unsafe_since_s = None
        elif self._unsafe_since_s is None:
            self._unsafe_since_s = now_s
        elif now_s - self._unsafe_since_s >= CHECKPOINT_S:
            self._checkpoint()
            self._unsafe_since_s = None

    def hold(self, now_s: float) -> None:
        """Let the last picture stand for the time that has passed, if the camera has been silent
        for so long that it must be away. Raises ``InsufficientStorage``.
        """
        if self._is_silent(now_s):
            self._need(0)
            self._muxer.repeat(self._timeline.missing_until(now_s - SILENCE_S))

    def close(self, until_s: float | None) -> None:
        """Complete it, with whatever room there is, and let go of it.

        ``until_s`` is when the recording was over, if nothing is missing that came before.
        """
        try:
            if until_s is not None and self._is_silent(until_s):
                self._muxer.repeat(self._timeline.missing_until(until_s))
            self._complete()
        finally:
            self._file.close()

    def _is_silent(self, now_s: float) -> bool:
        if self._is_timelapse or self._last_s is None:
            return False
        return now_s - self._last_s > SILENCE_S

    def _checkpoint(self) -> None:
        film = self._muxer.film
        if not self._is_timelapse and film.rate_fps != self._timeline.rate_fps:
            self._muxer.time_as(structs.replace(film, rate_fps=self._timeline.rate_fps))
        self._muxer.checkpoint()

    def _complete(self) -> None:
        try:
            self._checkpoint()
            self._muxer.finish()
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            # Somebody else has taken the reserve too. The last moment makes room for the index.
            self._muxer.forget()
            self._muxer.finish()

    def _need(self, size_bytes: int) -> None:
        rest = self._file.free_bytes() - self._tree.reserve_bytes
        if rest < size_bytes + self._muxer.closing_bytes:
            raise InsufficientStorage("There is no room left on the device", self.path)
