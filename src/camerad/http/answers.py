"""Answers in the forms that the API uses."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import starmap
from types import MappingProxyType, SimpleNamespace
from typing import Final

import msgspec
from sanic import HTTPResponse, Sanic
from sanic.compat import Header
from sanic.config import Config
from sanic.helpers import STATUS_CODES
from sanic.response import BaseHTTPResponse
from sanic.response.types import HEADER_TRANSLATION_TABLE

AnySanic = Sanic[Config, SimpleNamespace]
"""The application, in the words of its generic type."""

SECURITY_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
}
"""On every answer. Never HSTS: with the device's own certificate it would lock people out."""


class Done(msgspec.Struct, frozen=True):
    """The answer where there is nothing else to tell."""

    success: bool = True


class Answer(HTTPResponse):
    """A whole answer, with a body. It brings ``SECURITY_HEADERS`` by itself.

    Sanic would look at every part anew, which takes longer than many a handler.
    """

    __slots__ = ()

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str]) -> None:
        """``headers`` has the type of the body."""
        self.asgi = False
        self.body = body
        self.content_type = headers["content-type"]
        self.stream = None
        self.status = status
        self.headers = Header(headers)
        self._cookies = None

    def head(self) -> bytes:
        """Status line and headers, as they stand before the body."""
        headers = self.headers
        lines = map(_header_line, headers.keys(), headers.values())
        return b"".join((_status_line(self.status), *lines, _END_OF_HEAD))

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """What others make a head of, as ASGI's servers do."""
        self.headers.update(SECURITY_HEADERS)
        return super().processed_headers


@lru_cache
def _status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %b\r\n" % (status, STATUS_CODES[status])


@lru_cache(maxsize=512, typed=True)
def _header_line(name: str, value: object) -> bytes:
    """As Sanic does it: without line ends, that nothing may follow in a value."""
    clean_name = name.translate(HEADER_TRANSLATION_TABLE).encode("ascii")
    clean_value = f"{value}".translate(HEADER_TRANSLATION_TABLE).encode(errors="surrogateescape")
    return b"%b: %b\r\n" % (clean_name, clean_value)


_END_OF_HEAD: Final = b"".join((*starmap(_header_line, SECURITY_HEADERS.items()), b"\r\n"))


def json_answer(
    body: object, status: int = 200, headers: Mapping[str, str] = MappingProxyType({})
) -> Answer:
    """Any value that msgspec can write, as ``application/json``."""
    typed = {"content-type": "application/json", **headers}
    return Answer(msgspec.json.encode(body), status, typed)


class HandedOver(BaseHTTPResponse):
    """Goes through the response middleware, for its headers and the log; somebody else sends it."""

    def __init__(
        self, status: int, headers: Mapping[str, str], content_type: str | None = None
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Sanic does not annotate it
        self.status = status
        self.content_type = content_type
        self.headers.update(headers)

    async def send(self, data: object = None, end_stream: bool | None = None) -> None:
        """Nothing: the answer has its own way out."""
