"""Waiting for conditions. How long that takes says nothing: the device is emulated."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 90
BETWEEN_S = 0.2

Found = TypeVar("Found")


def await_some(look: Callable[[], Found | None], what: str, timeout_s: float = PATIENCE_S) -> Found:
    """What ``look`` gives as soon as that is something true."""
    deadline_s = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline_s, f"in {timeout_s:.0f} s not come: {what}"
        time.sleep(BETWEEN_S)  # a condition is all that there is to wait on
    return found


def slowdown() -> float:
    """How many more processors are wanted here than there are: the device's own are emulated, and
    so much less of them is left for it. 1 where these tests run alone.
    """
    cores = os.cpu_count() or 1
    return max(1.0, os.getloadavg()[0] / cores - 0.5)
