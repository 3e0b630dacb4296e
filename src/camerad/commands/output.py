"""What commands print."""

import sys
from typing import Final

USAGE_ERROR: Final = 2
"""The exit code of everything that is wrong with the command or its surroundings."""


def say(line: str) -> None:
    """A line of the answer."""
    print(line)  # noqa: T201 - the answer of a command is what it prints


def complain(line: str) -> None:
    """A line on what is wrong."""
    print(line, file=sys.stderr)  # noqa: T201
