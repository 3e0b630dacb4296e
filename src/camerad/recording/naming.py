"""The names of films."""

import secrets
from datetime import UTC, datetime
from typing import Final

from camerad.errors import InvalidFormat, InvalidRequest

SUFFIX: Final = ".avi"


def new_id() -> str:
    """Of no recording before, whenever the device was started and whatever its clock says."""
    return f"rec_{secrets.token_hex(6)}"


def film_name(wanted: str | None) -> str:
    """A plain name that ends as AVI files do; without one, a name made of the time."""
    if wanted is None:
        return f"recording_{datetime.now(UTC):%Y%m%d_%H%M%S_%f}{SUFFIX}"
    if "/" in wanted:
        raise InvalidRequest("filename is a name, not a path", "Leave the directory out")
    if not wanted.lower().endswith(SUFFIX):
        raise InvalidFormat("A recording is an AVI file", f"End filename with {SUFFIX}")
    return wanted


def part_name(filename: str, part: int) -> str:
    """Of the first part the name itself: ``a.avi``, then ``a_part2.avi``."""
    stem, dot, suffix = filename.rpartition(".")
    return filename if part == 1 else f"{stem}_part{part}{dot}{suffix}"
