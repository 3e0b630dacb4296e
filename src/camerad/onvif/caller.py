"""SOAP 1.2 over HTTP, as camerad itself speaks it to devices."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct

from camerad.onvif.endpoint import Endpoint
from camerad.onvif.httpclient import Exchange
from camerad.onvif.xmltree import MESSAGE

SOAP12_TYPE: Final = "application/soap+xml; charset=utf-8"


class Reply(Struct, frozen=True):
    status: int
    date: str
    """The device's Date header; empty if it sends none."""
    content: bytes


class Caller:
    """Posts to devices, each of which has ``timeout_s`` for its whole answer."""

    def __init__(self, timeout_s: Callable[[], float]) -> None:
        self._timeout_s = timeout_s

    @asynccontextmanager
    async def posted(
        self, endpoint: Endpoint, headers: Mapping[str, str], body: bytes
    ) -> AsyncIterator[Exchange]:
        """An exchange whose answer has begun. Raises as that does."""
        exchange = Exchange(endpoint, self._timeout_s())
        try:
            await exchange.post(headers, body)
            yield exchange
        finally:
            exchange.close()

    async def call(self, endpoint: Endpoint, envelope: bytes) -> Reply:
        """The whole answer to a message of our own."""
        async with self.posted(endpoint, {"content-type": SOAP12_TYPE}, envelope) as exchange:
            content = await exchange.read(MESSAGE.size_bytes)
            return Reply(exchange.status, exchange.header(b"date"), content)
