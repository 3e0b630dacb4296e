"""Conditional and range requests (RFC 9110, sections 13 and 14), as far as files need them."""

import calendar
import contextlib
import os
import re
from collections.abc import Mapping
from email.utils import formatdate, parsedate
from hashlib import blake2b

from msgspec import Struct

from camerad.errors import RangeNotSatisfiable

_NS_PER_S = 1_000_000_000
# A single range. More digits than that nobody needs, and Python would refuse to read.
_RANGE = re.compile(r"bytes=\s*([0-9]{0,100})-([0-9]{0,100})\s*", re.IGNORECASE)


class Validators(Struct, frozen=True):
    """What tells one state of a file from every other."""

    etag: str
    """Strong."""
    modified_s: int
    """Whole seconds since the epoch, which is all that HTTP can say."""

    @property
    def last_modified(self) -> str:
        return formatdate(self.modified_s, usegmt=True)


class Span(Struct, frozen=True):
    """Some bytes of a file that has more."""

    start: int
    length: int

    def content_range(self, size_bytes: int) -> str:
        return f"bytes {self.start}-{self.start + self.length - 1}/{size_bytes}"


def validators(status: os.stat_result) -> Validators:
    # Hashed, since nobody outside needs to know the numbers.
    state = f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
    digest = blake2b(state.encode(), digest_size=12).hexdigest()
    return Validators(f'"{digest}"', status.st_mtime_ns // _NS_PER_S)


def is_unchanged(headers: Mapping[str, str], current: Validators) -> bool:
    """Whether the client has this state already: 304. If-None-Match goes before the date."""
    known = headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return bool(tags & {"*", current.etag})
    known_s = _date_s(headers.get("if-modified-since"))
    return known_s is not None and current.modified_s <= known_s


def wanted_span(headers: Mapping[str, str], current: Validators, size_bytes: int) -> Span | None:
    """The range that a GET asks for, or None where the whole file is the answer: no range, several,
    another unit, bad syntax, or a range of another state than the current one.

    Raises ``RangeNotSatisfiable`` for one that begins behind the end.
    """
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or not _is_same(headers.get("if-range"), current):
        return None
    first, last = found.groups()
    if first:
        return _from_first(int(first), int(last) if last else None, size_bytes)
    return _suffix(int(last), size_bytes) if last else None


def _from_first(first: int, last: int | None, size_bytes: int) -> Span | None:
    if last is not None and last < first:
        return None
    if first >= size_bytes:
        raise RangeNotSatisfiable(size_bytes)
    end = size_bytes if last is None else min(last + 1, size_bytes)
    return Span(first, end - first)


def _suffix(length: int, size_bytes: int) -> Span | None:
    if length == 0:
        raise RangeNotSatisfiable(size_bytes)
    # The last bytes of nothing are nothing, for which there is no Content-Range.
    return Span(max(0, size_bytes - length), min(length, size_bytes)) if size_bytes else None


def _is_same(if_range: str | None, current: Validators) -> bool:
    """Whether If-Range, a strong tag or the very date that was told, holds."""
    return if_range is None or if_range.strip() in (current.etag, current.last_modified)


def _date_s(value: str | None) -> int | None:
    """An HTTP-date, which is always GMT, in seconds since the epoch; None if it is none."""
    parts = parsedate(value) if value else None
    if parts is not None:
        with contextlib.suppress(ValueError, OverflowError):
            return calendar.timegm(parts)
    return None
