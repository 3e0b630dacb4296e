"""The last moments of a camera, in memory: bounded in time and in bytes."""

import threading
from collections import deque
from concurrent.futures import Future

from camerad.frames.picture import Jpeg
from camerad.recording.shots import Shot


class Ring:
    """Filled by the thread of a camera, read by whoever wants to look back."""

    def __init__(self, length_s: float, size_bytes: int) -> None:
        """Holds no more than ``length_s`` and ``size_bytes``, whichever is less."""
        self._length_s = length_s
        self._size_bytes = size_bytes
        self._held: deque[tuple[Shot, int]] = deque()
        self._pending: deque[Shot] = deque()
        """Those at the end that are still being encoded, and what came after them."""
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, shot: Shot) -> None:
        """Never blocks. What is too old, or too much, is forgotten."""
        with self._lock:
            self._pending.append(shot)
            while self._pending and _is_ready(self._pending[0]):
                self._hold(self._pending.popleft())
            self._forget(shot.captured_at_s - self._length_s)

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._pending.clear()
            self._bytes = 0

    def since(self, begin_s: float) -> list[Shot]:
        """All from an instant on, the oldest first."""
        with self._lock:
            shots = [*(shot for shot, _ in self._held), *self._pending]
        return [shot for shot in shots if shot.captured_at_s >= begin_s]

    def _hold(self, shot: Shot) -> None:
        if isinstance(shot.jpeg, Future) and shot.jpeg.exception() is not None:
            return  # a broken picture: there is nothing to look back on
        jpeg = shot.jpeg.result() if isinstance(shot.jpeg, Future) else shot.jpeg
        self._held.append((Shot(jpeg, shot.captured_at_s, shot.rate_fps), len(jpeg.data)))
        self._bytes += len(jpeg.data)

    def _forget(self, begin_s: float) -> None:
        while self._held and (
            self._bytes > self._size_bytes or self._held[0][0].captured_at_s < begin_s
        ):
            _, size_bytes = self._held.popleft()
            self._bytes -= size_bytes


def _is_ready(shot: Shot) -> bool:
    return isinstance(shot.jpeg, Jpeg) or shot.jpeg.done()
