"""What the test wants of a camera from now on."""

import threading
from collections import deque

from uvc.frames import Fault


class Orders:
    """Given by one thread, followed by another. They outlast a replug, as a bad sensor does."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._faults: deque[Fault] = deque()
        self._pace = 1.0
        self._cut = False

    def inject(self, fault: Fault, count: int) -> None:
        """Have the next ``count`` frames damaged."""
        with self._changed:
            self._faults.extend([fault] * count)

    def next_fault(self) -> Fault | None:
        with self._changed:
            return self._faults.popleft() if self._faults else None

    def set_pace(self, pace: float) -> None:
        """1 is the agreed rate, 0.5 half of it; at 0 nothing is sent, however long one waits."""
        with self._changed:
            self._pace = pace
            self._changed.notify_all()

    def await_pace(self, timeout_s: float) -> float | None:
        """The pace; ``None`` if the camera is to send nothing for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._pace > 0, timeout_s)
            return self._pace or None

    def cut(self) -> None:
        """Have the plug pulled in the middle of the next frame."""
        with self._changed:
            self._cut = True

    def take_cut(self) -> bool:
        """Whether the plug is to be pulled now; an order is followed once."""
        with self._changed:
            wanted, self._cut = self._cut, False
            return wanted
