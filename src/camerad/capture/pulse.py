"""Whether a thread is alive, as far as others can see."""

import math
import time


class Pulse:
    """The thread says by when it will show life again; one that is late hangs, in a driver say."""

    def __init__(self) -> None:
        self.due_s = math.inf
        """CLOCK_MONOTONIC, seconds; infinite while the thread has nothing to do."""

    @property
    def late(self) -> bool:
        return time.monotonic() > self.due_s

    def expect(self, within_s: float) -> None:
        self.due_s = time.monotonic() + within_s

    def rest(self) -> None:
        self.due_s = math.inf
