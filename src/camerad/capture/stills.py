"""Those who wait for a still picture: one picture answers them all."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from camerad.capture.source import CameraFault
from camerad.capture.taker import Taken

P = TypeVar("P")


class Stills(Generic[P]):
    """Futures to be answered, from any thread. It is true while there are some."""

    def __init__(self) -> None:
        self._waiting: deque[Future[Taken[P]]] = deque()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def ask(self) -> Future[Taken[P]]:
        future: Future[Taken[P]] = Future()
        self._waiting.append(future)
        return future

    def answer(self, taken: Taken[P]) -> None:
        self._end(lambda still: still.set_result(taken))

    def fail(self, fault: CameraFault) -> None:
        self._end(lambda still: still.set_exception(fault))

    def _end(self, end: Callable[[Future[Taken[P]]], None]) -> None:
        with self._lock:  # both the camera's thread and the one that closes it come here
            while self._waiting:
                still = self._waiting.popleft()
                if still.set_running_or_notify_cancel():
                    end(still)
