"""Questions of our own to devices: where their services are, what they are called, their time."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, Final, TypeVar

from camerad.accounts.remembered import Remembered
from camerad.errors import CameradError, OnvifDeviceUnreachable
from camerad.onvif.caller import Caller, Reply
from camerad.onvif.device import Credentials
from camerad.onvif.endpoint import Endpoint, beside
from camerad.onvif.envelope import read_envelope
from camerad.onvif.names import SERVICES
from camerad.onvif.wsdl import DeviceWsdl
from camerad.onvif.wsse import security_header

T = TypeVar("T")

logger = logging.getLogger(__name__)

CLOCK_FRESH_S: Final = 600.0
MAX_CLOCKS: Final = 256

_CAPABILITIES: Final = ("Device", "Media", "PTZ", "Imaging", "Events", "Analytics")
_NAMES: Final = {
    kind: name
    for kind in _CAPABILITIES
    for name in SERVICES.values()
    if name.removesuffix("_service") == kind.lower()
}
"""What a service is called in the proxy's path, by its name among the capabilities."""


class Asking:
    """Asks by the WSDL; what blocks meanwhile does so in a thread of its own."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._wsdl = DeviceWsdl()
        self._thread = ThreadPoolExecutor(1, "onvif")
        self._clocks: Remembered[float] = Remembered(MAX_CLOCKS)

    async def services(self, endpoint: Endpoint, credentials: Credentials | None) -> dict[str, str]:
        """URLs of the services that the proxy has names for, by those. Raises ``CameradError``."""
        try:
            found = await self._ask("GetServices", endpoint, credentials, IncludeCapability=False)
            told = {SERVICES.get(each.Namespace): each.XAddr for each in found or ()}
        except OnvifDeviceUnreachable:
            # Devices from before 2011 know only this one.
            found = await self._ask("GetCapabilities", endpoint, credentials, Category=["All"])
            told = {_NAMES[kind]: _xaddr(found, kind) for kind in _CAPABILITIES}
        located = {name: beside(endpoint, url) for name, url in told.items() if name and url}
        return {name: place.url for name, place in located.items() if place is not None}

    async def scopes(self, endpoint: Endpoint, credentials: Credentials | None) -> list[str]:
        """As a probe would have told them. Raises ``CameradError``."""
        found = await self._ask("GetScopes", endpoint, credentials)
        return [str(scope.ScopeItem) for scope in found or ()]

    async def security(self, endpoint: Endpoint, credentials: Credentials) -> bytes:
        """A ``Security`` header by the device's own clock, since few accept one that is seconds
        off. Raises ``CameradError`` if it cannot be reached.
        """
        offset_s = self._clocks.get(endpoint.authority)
        if offset_s is None:
            offset_s = await self._clock_offset_s(endpoint)
            self._clocks.put(endpoint.authority, offset_s, CLOCK_FRESH_S)
        return security_header(credentials.username, credentials.password, time.time() + offset_s)

    def forget_clock(self, endpoint: Endpoint) -> None:
        """It may have been set since: something that it has to do with was refused."""
        self._clocks.forget(endpoint.authority)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _ask(
        self,
        operation: str,
        endpoint: Endpoint,
        credentials: Credentials | None,
        **arguments: object,
    ) -> Any:  # noqa: ANN401 - whatever the WSDL says
        """Without credentials first: most devices tell everybody, and a clock need not be known."""
        request = await self._in_thread(partial(self._wsdl.request, operation, **arguments))
        reply = await self._caller.call(endpoint, request)
        if reply.status != 200 and credentials is not None:
            security = await self.security(endpoint, credentials)
            reply = await self._caller.call(endpoint, read_envelope(request).with_header(security))
        return await self._read(operation, reply)

    async def _read(self, operation: str, reply: Reply) -> Any:  # noqa: ANN401
        try:
            return await self._in_thread(
                partial(self._wsdl.reply, operation, reply.status, reply.content)
            )
        except ValueError as error:
            raise OnvifDeviceUnreachable(
                f"The device has no answer to {operation}", f"HTTP {reply.status}: {error}"
            ) from None

    async def _clock_offset_s(self, endpoint: Endpoint) -> float:
        """How far the device's clock is ahead of ours."""
        request = await self._in_thread(partial(self._wsdl.request, "GetSystemDateAndTime"))
        asked_at = time.time()
        reply = await self._caller.call(endpoint, request)
        ours = (asked_at + time.time()) / 2
        told: float | None
        try:
            told = _moment((await self._read("GetSystemDateAndTime", reply)).UTCDateTime)
        # It tells its time to nobody, or in no way that can be understood.
        except (CameradError, AttributeError, TypeError, ValueError):
            told = _http_date(reply.date)
        return 0.0 if told is None else told - ours

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _xaddr(capabilities: Any, kind: str) -> str | None:  # noqa: ANN401 - of zeep
    return getattr(getattr(capabilities, kind, None), "XAddr", None)


def _moment(told: Any) -> float:  # noqa: ANN401 - of zeep
    """Seconds since the epoch of a ``tt:DateTime`` in UTC."""
    date, hours = told.Date, told.Time
    return datetime(
        *(date.Year, date.Month, date.Day), *(hours.Hour, hours.Minute, hours.Second), tzinfo=UTC
    ).timestamp()


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
