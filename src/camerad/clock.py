"""Times as the API writes them."""

import math
import time
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache


def iso_utc(epoch_s: float | None = None) -> str:
    """``2025-01-15T10:30:00Z``: the API's one form of a time; now, unless told."""
    return _iso_utc(math.floor(time.time() if epoch_s is None else epoch_s))


@lru_cache(maxsize=16)
def _iso_utc(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1)
def http_date(epoch_s: int) -> str:
    """``Wed, 15 Jan 2025 10:30:00 GMT``: as HTTP writes times; the same for all of a second."""
    return formatdate(epoch_s, usegmt=True)


def epoch_of(monotonic_s: float) -> float:
    """When a CLOCK_MONOTONIC instant was, in seconds since the epoch.

    Computed from both clocks now, so that a clock set after the capture (a device without a
    battery learns the time from the network) gives the time that people mean.
    """
    return time.time() - (time.monotonic() - monotonic_s)
