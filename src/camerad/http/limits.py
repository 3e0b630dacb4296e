"""Rate limits per client address and class of request."""

import enum
import math
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from camerad.config.schema import Limits
from camerad.errors import RateLimited

MAX_TRACKED: Final = 20_000
"""Addresses and classes remembered at once, so that a flood from many addresses cannot fill the
memory; the longest known are forgotten first."""

ROUNDING_S: Final = 1e-6
"""More than the sums of fractions of a second are ever wrong by, and less than a token takes."""


class Limit(enum.Enum):
    """The classes of the reference, each with a rate of its own."""

    IMAGE = "image"
    FILES = "files"
    API = "api"
    UPLOADS = "uploads"


class Allowance(Struct, frozen=True):
    """What a client may still do; the X-RateLimit headers."""

    limit: int
    remaining: int
    reset_at: int
    """When the whole burst is there again, seconds since the epoch."""

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset_at),
        }


class Limiter:
    """A token bucket per client and class, kept as one number each: when it will be full again."""

    def __init__(
        self,
        rates: Callable[[], Limits],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._full_at_s: dict[tuple[str, Limit], float] = {}

    def take(self, address: str, limit: Limit) -> tuple[Allowance | None, RateLimited | None]:
        """Take one token; gives what is left, and the refusal if there was none.

        Gives no allowance where limits are turned off.
        """
        rates = self._rates()
        if not rates.enabled:
            return None, None
        rate = int(getattr(rates, limit.value))
        now_s = self._clock()
        key = (address, limit)
        full_at_s = max(self._full_at_s.pop(key, now_s), now_s)
        # Time until there is one whole token, on top of the tokens that refill meanwhile.
        short_s = full_at_s - now_s - (rate - 1) / rate
        refusal = None
        if short_s > ROUNDING_S:
            refusal = _refusal(limit, rate, math.ceil(short_s - ROUNDING_S))
        else:
            full_at_s += 1 / rate
        self._remember(key, full_at_s)
        remaining = max(0, math.floor((1 - full_at_s + now_s + ROUNDING_S) * rate))
        reset_at = math.ceil(time.time() + full_at_s - now_s)
        return Allowance(rate, remaining, reset_at), refusal

    def demand(self, address: str, limit: Limit) -> None:
        """Take one token; raises ``RateLimited`` if there is none."""
        _, refusal = self.take(address, limit)
        if refusal is not None:
            raise refusal

    def _remember(self, key: tuple[str, Limit], full_at_s: float) -> None:
        self._full_at_s[key] = full_at_s
        if len(self._full_at_s) > MAX_TRACKED:
            del self._full_at_s[next(iter(self._full_at_s))]


def _refusal(limit: Limit, rate: int, wait_s: int) -> RateLimited:
    return RateLimited(
        "Too many requests",
        f"At most {rate} requests a second of class {limit.value}; retry in {wait_s} s",
        retry_after_s=wait_s,
    )
