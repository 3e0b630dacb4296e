"""How often something is done for each of many who ask."""

import time
from collections.abc import Callable

from camerad.accounts.remembered import Remembered

MAX_TRACKED = 1024


class Rate:
    """A token bucket for each key, and one for all of them together."""

    def __init__(
        self,
        per_s: float,
        burst: int,
        all_per_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._all_per_s = all_per_s
        self._clock = clock
        self._full_at_s: Remembered[float] = Remembered(MAX_TRACKED, clock)

    def take(self, key: str) -> bool:
        """Whether it may be done once more, now."""
        # All of them first: forgers have as many keys as they like.
        return self._take("", self._all_per_s) and self._take(key, self._per_s)

    def _take(self, key: str, per_s: float) -> bool:
        now_s = self._clock()
        full_at_s = max(self._full_at_s.get(key) or now_s, now_s) + 1 / per_s
        if full_at_s - now_s > self._burst / per_s:
            return False
        self._full_at_s.put(key, full_at_s, full_at_s - now_s)
        return True
