"""Whether the parts of the device that it exists for work."""

import math
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

OK: Final = "ok"
DAMAGED: Final = "damaged"
"""What was stored could not be read, and its last good copy, or nothing, is in use."""

SAMPLE_AGE_S: Final = 0.1
"""So old may be what had to be asked of the system."""

Check = Callable[[], str]
"""Gives ``"ok"``, or in a word what is wrong. Quick: health is asked every few seconds."""


class Sampled:
    """A check that asks the system: many who want to know are no reason to ask more often."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._result = ""
        self._old_at_s = -math.inf

    def __call__(self) -> str:
        now_s = time.monotonic()
        if now_s >= self._old_at_s:
            self._result = self._check()
            self._old_at_s = now_s + SAMPLE_AGE_S
        return self._result


class Health:
    """Runs every check when asked; a part that cannot even be asked is wrong."""

    def __init__(
        self, checks: Mapping[str, Check], alarms: Mapping[str, Check] = MappingProxyType({})
    ) -> None:
        """``alarms`` are checks that are told of only while something is wrong."""
        self._checks = [
            *((name, check, False) for name, check in checks.items()),
            *((name, check, True) for name, check in alarms.items()),
        ]

    def checks(self) -> dict[str, str]:
        """The result of every check by name."""
        results = {}
        for name, check, is_alarm in self._checks:
            try:
                result = check()
            except OSError:
                result = "error"
            if result != OK or not is_alarm:
                results[name] = result
        return results

    def ailing(self) -> list[str]:
        """The names of those checks that find something wrong."""
        return [name for name, result in self.checks().items() if result != OK]
