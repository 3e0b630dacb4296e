"""Whether the parts of the device that it exists for work."""

from collections.abc import Callable, Mapping
from typing import Final

OK: Final = "ok"

Check = Callable[[], str]
"""Gives ``"ok"``, or in a word what is wrong. Quick: health is asked every few seconds."""


class Health:
    """Runs every check when asked; a part that cannot even be asked is wrong."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)

    def checks(self) -> dict[str, str]:
        """The result of every check by name."""
        return {name: _result(check) for name, check in self._checks.items()}


def _result(check: Check) -> str:
    try:
        return check()
    except OSError:
        return "error"
