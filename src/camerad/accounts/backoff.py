"""Growing delays for those who fail."""

import time
from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct

MAX_TRACKED = 4096
"""Keys remembered at once; the one that failed longest ago is forgotten first."""
FREE_FAILURES = 5
"""Failures without a delay: people mistype."""
FIRST_DELAY_S = 1.0
MAX_DELAY_S = 300.0
FORGET_AFTER_S = 900.0
"""Without a failure for so long, a key starts anew: nobody is ever locked out for good."""


class _Failures(Struct, frozen=True):
    count: int
    last_s: float


class Backoff:
    """Counts failures by key (an address, an account) and says how long the key has to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until the key may try again; 0 if it may now."""
        failures = self._recent(key)
        if failures is None or failures.count < FREE_FAILURES:
            return 0.0
        # The exponent is bounded since no float holds 2.0 ** 1024.
        doublings = min(failures.count - FREE_FAILURES, 32)
        delay_s = min(FIRST_DELAY_S * 2.0**doublings, MAX_DELAY_S)
        return max(0.0, failures.last_s + delay_s - self._clock())

    def failed(self, key: str) -> None:
        failures = self._recent(key)
        count = failures.count if failures else 0
        self._failures[key] = _Failures(count + 1, self._clock())
        self._failures.move_to_end(key)
        if len(self._failures) > MAX_TRACKED:
            self._failures.popitem(last=False)

    def take_back(self, key: str) -> None:
        """Uncount one failure, which turned out to be none."""
        failures = self._recent(key)
        if failures:
            self._failures[key] = _Failures(failures.count - 1, failures.last_s)

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)

    def _recent(self, key: str) -> _Failures | None:
        failures = self._failures.get(key)
        if failures and self._clock() - failures.last_s > FORGET_AFTER_S:
            del self._failures[key]
            return None
        return failures
