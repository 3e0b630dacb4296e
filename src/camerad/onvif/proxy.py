"""The proxy: a client's own SOAP to a device that is known, and the device's answer back."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from msgspec import Struct

from camerad.errors import NotFound, OnvifDeviceUnreachable, Overloaded
from camerad.onvif.asking import Asking
from camerad.onvif.caller import Caller
from camerad.onvif.device import Device
from camerad.onvif.directory import Directory
from camerad.onvif.endpoint import Endpoint
from camerad.onvif.envelope import Envelope, read_envelope
from camerad.onvif.finder import Finder
from camerad.onvif.httpclient import Exchange
from camerad.onvif.names import SERVICES, SOAP11
from camerad.onvif.reach import Reach
from camerad.onvif.uuids import key

logger = logging.getLogger(__name__)

MAX_CALLS: Final = 32
MAX_CALLS_OF_DEVICE: Final = 4
"""At once; small cameras fall over above that."""

MAX_ANSWER_BYTES: Final = 4 << 20
"""Of a device; a camera with many profiles tells some hundred kilobytes."""

REFUSED: Final = frozenset({400, 401, 403})
"""How devices answer to a digest that they do not like."""


class Answer(Struct, frozen=True):
    """What a device answers; faults too."""

    status: int
    media_type: str
    chunks: AsyncIterator[bytes]


class Proxy:
    """Passes messages on.

    Of the client's request only the message and its SOAP action reach the device: no header, no
    cookie, and above all not the client's credentials for this daemon.
    """

    def __init__(
        self, directory: Directory, finder: Finder, asking: Asking, caller: Caller, reach: Reach
    ) -> None:
        self._directory = directory
        self._finder = finder
        self._asking = asking
        self._caller = caller
        self._reach = reach
        self._calls: Counter[str] = Counter()

    @asynccontextmanager
    async def forwarded(
        self, device_id: str, service: str, message: bytes, action: str
    ) -> AsyncIterator[Answer]:
        """The device's answer, whose body is still to be read.

        Raises ``InvalidRequest`` for the message, ``OnvifDeviceNotFound``, ``NotFound`` for the
        service, ``OnvifDeviceUnreachable``, ``OnvifDeviceTimeout``, ``Overloaded``; the answer,
        while it is read, those of the device.
        """
        envelope = read_envelope(message)
        device = self._directory.find(device_id)
        with self._counted(key(device.uuid)):
            endpoint = await self._endpoint(device, await self._url(device, service))
            whole = await self._with_credentials(device, envelope)
            logger.info("ONVIF %s %s: %s", device.uuid, service, envelope.operation.local)
            headers = _headers(envelope, action)
            async with self._caller.posted(endpoint, headers, whole) as exchange:
                if exchange.status in REFUSED:
                    self._asking.forget_clock(endpoint)
                media_type = _soap_type(exchange)
                yield Answer(exchange.status, media_type, exchange.chunks(MAX_ANSWER_BYTES))

    async def _url(self, device: Device, service: str) -> str:
        url = device.service(service)
        if url is None and service in SERVICES.values():
            # It may not have been asked yet, or have answered too late.
            device = await self._finder.ask(device)
            url = device.service(service)
        if url is None:
            known = ", ".join(device.services)
            raise NotFound("The device has no such service", f"It has: {known}")
        return url

    async def _endpoint(self, device: Device, url: str) -> Endpoint:
        by_hand = self._directory.is_entered(device.uuid)
        return await self._reach.endpoint(url, by_hand=by_hand)

    async def _with_credentials(self, device: Device, envelope: Envelope) -> bytes:
        credentials = self._directory.credentials(device.uuid)
        if credentials is None or envelope.has_security:
            return envelope.data
        clock = await self._endpoint(device, device.address)
        return envelope.with_header(await self._asking.security(clock, credentials))

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        if self._calls.total() >= MAX_CALLS or self._calls[name] >= MAX_CALLS_OF_DEVICE:
            raise Overloaded("Too many ONVIF requests at once", "Retry in a moment")
        self._calls[name] += 1
        try:
            yield
        finally:
            self._calls[name] -= 1
            self._calls += Counter()  # drops the zeros


def _headers(envelope: Envelope, action: str) -> dict[str, str]:
    """As SOAP 1.1 and 1.2 have them. An empty action is none."""
    if envelope.version == SOAP11:
        return {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{action}"'}
    parameter = f'; action="{action}"' if action else ""
    return {"content-type": f"application/soap+xml; charset=utf-8{parameter}"}


def _soap_type(exchange: Exchange) -> str:
    """The media type of an answer that is SOAP, faults too. Raises ``OnvifDeviceUnreachable``."""
    media_type = exchange.header(b"content-type").partition(";")[0].strip().lower()
    if media_type not in ("application/soap+xml", "text/xml", "application/xml"):
        raise OnvifDeviceUnreachable(
            "The device's answer is not SOAP",
            f"HTTP {exchange.status}, {media_type[:80] or 'no media type'}",
        )
    return media_type
