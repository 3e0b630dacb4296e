"""Pictures on their way from a camera into a film: bounded, and never in the camera's way."""

import threading
from collections import deque
from concurrent.futures import Executor, Future
from fractions import Fraction
from itertools import islice
from typing import Final

from msgspec import Struct

from camerad.frames.picture import Jpeg, Picture
from camerad.imaging import jpeg as codec

MAX_WAITING_BYTES: Final = 64 << 20
"""Ten seconds of 1080p while a card collects its thoughts."""
MAX_WAITING: Final = 1024
MAX_ENCODING: Final = 8
"""Raw pictures at once, which are fifty times as large."""
RAW_QUALITY: Final = 90


class Shot(Struct, frozen=True):
    """A picture with its place in time."""

    jpeg: Jpeg | Future[Jpeg]
    captured_at_s: float
    rate_fps: Fraction
    """What the camera was set to."""


class Shots:
    """A queue from the thread of a camera to the thread that writes."""

    def __init__(self) -> None:
        self.dropped = 0
        """Pictures that came while there was no room."""
        self._waiting: deque[Shot] = deque()
        self._bytes = 0
        self._counted = 0
        """So many of the first that wait are in ``_bytes``: those behind are being encoded."""
        self._changed = threading.Condition()
        self._closed = False

    def put(self, shot: Shot) -> None:
        """Never blocks. After ``close`` it does nothing."""
        with self._changed:
            if self._closed:
                return
            self._count_encoded()
            size = _size(shot) if isinstance(shot.jpeg, Jpeg) else 0
            if len(self._waiting) >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES:
                self.dropped += 1
                return
            self._waiting.append(shot)

    def drop(self) -> None:
        """Count a picture that did not even get so far."""
        self.dropped += 1

    def get(self, timeout_s: float) -> Shot | None:
        """The next one; if there is none, None after that time or, when there will be no more, at
        once. Nobody is woken for a single picture: they are cheaper by the handful.
        """
        with self._changed:
            if not self._waiting:
                self._changed.wait_for(lambda: self._closed, timeout_s)
            if not self._waiting:
                return None
            self._count_encoded()
            shot = self._waiting.popleft()
            if self._counted:
                self._counted -= 1
                self._bytes -= _size(shot)
            return shot

    def close(self) -> None:
        """Take no more; what waits can still be had."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    @property
    def ended(self) -> bool:
        return self._closed and not self._waiting

    def _count_encoded(self) -> None:
        for shot in islice(self._waiting, self._counted, None):
            if isinstance(shot.jpeg, Future) and not shot.jpeg.done():
                return
            self._counted += 1
            self._bytes += _size(shot)


def _size(shot: Shot) -> int:
    """In bytes, of a picture that is not being encoded any more; a broken one has none."""
    if isinstance(shot.jpeg, Jpeg):
        return len(shot.jpeg.data)
    if shot.jpeg.cancelled() or shot.jpeg.exception():
        return 0
    return len(shot.jpeg.result().data)


class Renderer:
    """Makes JPEGs of pictures, in the threads of ``executor``.

    Without a quality a camera's own JPEG passes through untouched.
    """

    def __init__(self, executor: Executor, quality: int | None) -> None:
        self._executor = executor
        self._quality = quality
        self._pending = 0
        self._lock = threading.Lock()

    def render(self, picture: Picture) -> Jpeg | Future[Jpeg] | None:
        """Never blocks; None if too many are under way already."""
        if isinstance(picture, Jpeg) and self._quality is None:
            return picture
        with self._lock:
            if self._pending >= MAX_ENCODING:
                return None
            self._pending += 1
        future = self._executor.submit(_render, picture, self._quality or RAW_QUALITY)
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: Future[Jpeg]) -> None:
        with self._lock:
            self._pending -= 1


def _render(picture: Picture, quality: int) -> Jpeg:
    if isinstance(picture, Jpeg):
        return codec.transcode(picture, quality)
    return codec.encode(picture, quality)
