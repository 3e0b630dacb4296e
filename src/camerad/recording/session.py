"""One recording: the thread that takes pictures from the queue and writes them into films."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from fractions import Fraction
from typing import Final, Literal

from msgspec import Struct

from camerad.errors import CameradError, FileExists, InsufficientStorage
from camerad.frames.picture import Jpeg
from camerad.recording.header import Film
from camerad.recording.naming import part_name
from camerad.recording.reel import NO_ROOM, Reel
from camerad.recording.shots import Shot, Shots
from camerad.storage.tree import Tree

logger = logging.getLogger(__name__)

TICK_S: Final = 0.2
_SAME_RATE: Final = 0.02
_MAX_PARTS: Final = 10_000

Reason = Literal["stopped", "duration", "storage_full", "storage_failed"]
"""Why a recording has ended."""
_ENDED_AS_TOLD: Final = ("stopped", "duration")


class Plan(Struct, frozen=True):
    """What is to be recorded."""

    recording_id: str
    directory: str
    filename: str
    duration_s: float | None = None
    interval_s: float | None = None
    """Seconds from one picture to the next, for a film that plays faster."""
    plays_fps: Fraction | None = None
    """The rate at which such a film plays."""


class Session:
    """Writes until it is stopped, or has to end; then calls ``ended``, in its own thread."""

    def __init__(
        self, tree: Tree, plan: Plan, shots: Shots, ended: Callable[["Session"], None]
    ) -> None:
        self.plan = plan
        self.shots = shots
        self.frames = 0
        self.lost = 0
        """Pictures that were broken, or came faster than the camera's rate."""
        self.reason: Reason | None = None
        self._tree = tree
        self._ended = ended
        self._reel: Reel | None = None
        self._part = 0
        self._closed_bytes = 0
        self._past: deque[Shot] = deque()
        self._begin_s: float | None = None
        self._over_at_s = math.inf
        self._end_s: float | None = None
        name = f"recorder {plan.recording_id}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def path(self) -> str | None:
        """Of the part that is being written."""
        reel = self._reel
        return reel.path if reel else None

    @property
    def missing(self) -> int:
        """Pictures that the camera gave, and the film has not."""
        return self.shots.dropped + self.lost

    @property
    def size_bytes(self) -> int:
        """Of all parts."""
        reel = self._reel
        return self._closed_bytes + (reel.size_bytes if reel else 0)

    @property
    def duration_s(self) -> float:
        """How long it has been going on, or went on, with what it has of the past."""
        if self._begin_s is None:
            return 0.0
        return (self._end_s or time.monotonic()) - self._begin_s

    def begin(self, shots: Sequence[Shot]) -> None:
        """Write the first picture and let the thread do the rest. Blocks.

        All but the last were captured before anybody asked: ``duration`` counts from the last.
        Raises what ``Tree.grow`` does, and then nothing has begun.
        """
        self._past.extend(shots)
        self._begin_s = shots[0].captured_at_s
        if self.plan.duration_s is not None:
            self._over_at_s = shots[-1].captured_at_s + self.plan.duration_s
        try:
            self._write(self._past.popleft())
        except BaseException:
            if self._reel is not None:
                self._reel.close(None)
                self._tree.delete(self._reel.path)
            raise
        self._thread.start()

    def stop(self, timeout_s: float | None = None) -> bool:
        """End it, and wait; whether it has ended in time. Blocks."""
        if self._end_s is None:
            self._end_s = time.monotonic()
        self.shots.close()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.reason = self._record()
        except InsufficientStorage:
            self.reason = "storage_full"
        except (OSError, CameradError) as error:
            full = isinstance(error, OSError) and error.errno in NO_ROOM
            self.reason = "storage_full" if full else "storage_failed"
            logger.warning("%s: %s", self.plan.filename, _why(error))
        except Exception:  # no bug may leave a film open
            self.reason = "storage_failed"
            logger.exception("%s: unexpected", self.plan.filename)
        finally:
            self.shots.close()
            if self._end_s is None:
                self._end_s = min(time.monotonic(), self._over_at_s)
            self._close_reel(self._end_s if self.reason in _ENDED_AS_TOLD else None)
            logger.info("%s has ended: %s", self.plan.filename, self.reason)
            self._ended(self)

    def _record(self) -> Reason:
        while self._past or not self.shots.ended:
            shot = self._past.popleft() if self._past else self.shots.get(TICK_S)
            if (shot.captured_at_s if shot else time.monotonic()) >= self._over_at_s:
                return "duration"
            if shot is not None:
                self._write(shot)
            if self._reel is not None:
                self._keep_safe(self._reel, waited=shot is None)
        return "stopped"

    def _keep_safe(self, reel: Reel, *, waited: bool) -> None:
        """``waited``: nothing came. A disk that was slow leaves pictures waiting instead, which all
        have their place still.
        """
        now_s = time.monotonic()
        if waited:
            reel.hold(now_s)
        reel.tick(now_s)
        if reel.full:
            self._close_reel(None)

    def _write(self, shot: Shot) -> None:
        try:
            jpeg = shot.jpeg.result() if isinstance(shot.jpeg, Future) else shot.jpeg
        except CameradError as broken:
            logger.debug("%s: %s", self.plan.filename, broken)
            self.lost += 1
            return
        reel = self._fitting_reel(jpeg, shot.rate_fps)
        if reel.add(jpeg.data, shot.captured_at_s):
            self.frames += 1
        else:
            self.lost += 1

    def _fitting_reel(self, jpeg: Jpeg, rate_fps: Fraction) -> Reel:
        """The open film, if its format allows that the picture goes into it; else another part."""
        if self._reel is not None and not self._fits(self._reel, jpeg, rate_fps):
            self._close_reel(None)
        if self._reel is None:
            self._reel = self._next_reel(jpeg, rate_fps)
        return self._reel

    def _fits(self, reel: Reel, jpeg: Jpeg, rate_fps: Fraction) -> bool:
        film = reel.film
        same_rate = film.rate_fps == rate_fps or abs(film.rate_fps / rate_fps - 1) <= _SAME_RATE
        same_size = (film.width, film.height) == (jpeg.width, jpeg.height)
        return same_size and (same_rate or self.plan.interval_s is not None)

    def _next_reel(self, jpeg: Jpeg, rate_fps: Fraction) -> Reel:
        """Begin a part; only the first must have the very name that was asked for."""
        plan = self.plan
        film = Film(jpeg.width, jpeg.height, plan.plays_fps or rate_fps)
        shots_per_s = None
        if plan.interval_s is not None:
            shots_per_s = 1 / Fraction(plan.interval_s).limit_denominator(1000)
        while True:
            self._part += 1
            path = f"{plan.directory}/{part_name(plan.filename, self._part)}"
            try:
                return Reel(self._tree, path, film, shots_per_s)
            except FileExists:
                if self.frames == 0 or self._part > _MAX_PARTS:
                    raise

    def _close_reel(self, until_s: float | None) -> None:
        reel = self._reel
        if reel is None:
            return
        try:
            reel.close(until_s)
        except OSError as error:
            # The film plays up to its last checkpoint, and the next start repairs the rest.
            logger.warning("%s could not be completed: %s", reel.path, _why(error))
        self._closed_bytes += reel.size_bytes
        self._reel = None


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
