"""A multipart form that brings one file (RFC 7578), taken apart as it arrives.

Loaded by the first upload: what it imports would cost the start 20 ms.
"""

import contextlib
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from multipart import (  # type: ignore[import-untyped]  # it ships no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from camerad.errors import InvalidRequest, PayloadTooLarge
from camerad.storage.paths import check_name
from camerad.storage.writer import Writer

FILE_FIELD: Final = "file"

_MAX_PARTS = 32
_MAX_HEADERS = 8
_MAX_HEADER_BYTES = 4096
# What some clients send beside or instead of a plain file name that is not ASCII (RFC 8187).
_EXTENDED_NAME = re.compile(r";\s*filename\*\s*=\s*utf-8''([^;\s]+)", re.IGNORECASE)


class FileForm:
    """Takes the form apart: the file goes to a writer as it comes, the other fields are kept.

    Every call blocks. What is no such form raises ``InvalidRequest``, a file that is too large
    ``PayloadTooLarge``, and the writer what it raises.
    """

    def __init__(
        self, boundary: str, writer: Writer, *, max_file_bytes: int, max_other_bytes: int
    ) -> None:
        self.filename: str | None = None
        self.fields: dict[str, str] = {}
        """All but the file, by name."""
        self._writer = writer
        self._max_file_bytes = max_file_bytes
        self._max_other_bytes = max_other_bytes
        self._fed_bytes = 0
        self._name = ""
        self._value = bytearray()
        with _told():
            self._parser = PushMultipartParser(
                boundary,
                max_header_size=_MAX_HEADER_BYTES,
                max_header_count=_MAX_HEADERS,
                max_segment_count=_MAX_PARTS,
            )

    def feed(self, data: bytes) -> None:
        """Take the next piece of the body, which is not empty."""
        self._fed_bytes += len(data)
        with _told():
            events = self._parser.parse(data) if not self._parser.closed else ()
            for event in events:
                self._take(event)
        if self._fed_bytes - self._writer.size_bytes > self._max_other_bytes:
            raise InvalidRequest("The form holds too much beside its file")

    def finish(self) -> str:
        """The body is over; gives the file's name."""
        with _told():
            self._parser.close()
        if self.filename is None:
            raise InvalidRequest("The form has no file", f"Send it in the field {FILE_FIELD!r}")
        return self.filename

    def _take(self, event: MultipartSegment | bytes | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._name == FILE_FIELD:
            self._write(event)
        else:
            self._value += event

    def _begin(self, part: MultipartSegment) -> None:
        self._name = part.name
        self._value.clear()
        if self._name == FILE_FIELD:
            if self.filename is not None:
                raise InvalidRequest("The form has more than one file")
            self.filename = _filename(part)
        elif self._name in self.fields:
            raise InvalidRequest("The form has a field more than once")

    def _write(self, data: bytes) -> None:
        if self._writer.size_bytes + len(data) > self._max_file_bytes:
            raise PayloadTooLarge(
                "The file is too large", f"At most {self._max_file_bytes} bytes can be uploaded"
            )
        self._writer.write(data)

    def _end(self) -> None:
        if self._name != FILE_FIELD:
            self.fields[self._name] = _text(self._value)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except MultipartError as error:
        raise InvalidRequest("The form cannot be read", str(error)) from None


def _filename(part: MultipartSegment) -> str:
    extended = _EXTENDED_NAME.search(part.header("Content-Disposition"))
    name = _text(unquote_to_bytes(extended[1])) if extended else part.filename
    if not name:
        raise InvalidRequest("The file has no name")
    check_name(name)
    return str(name)


def _text(value: bytes | bytearray) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The form is not UTF-8") from None
