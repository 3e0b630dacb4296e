"""How often something is done for each of many who ask."""

import time
from collections.abc import Callable
from typing import Final

from camerad.accounts.remembered import Remembered

MAX_TRACKED: Final = 1024
ROUNDING_S: Final = 1e-6


class Rate:
    """A token bucket for each key, and one for all of them together.

    Who has been quiet for ``window_s`` may do at once what else may be done in that time.
    """

    def __init__(
        self,
        per_s: float,
        all_per_s: float,
        window_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s = per_s
        self._all_per_s = all_per_s
        self._window_s = window_s
        self._clock = clock
        self._full_at_s: Remembered[float] = Remembered(MAX_TRACKED, clock)

    def take(self, key: str) -> bool:
        """Whether it may be done once more, now."""
        # The key first, so that who asks too often takes nothing away from others.
        return self._take(key, self._per_s) and self._take("", self._all_per_s)

    def _take(self, key: str, per_s: float) -> bool:
        now_s = self._clock()
        full_at_s = max(self._full_at_s.get(key) or now_s, now_s) + 1 / per_s
        if full_at_s - now_s > self._window_s + ROUNDING_S:
            return False
        self._full_at_s.put(key, full_at_s, full_at_s - now_s)
        return True
