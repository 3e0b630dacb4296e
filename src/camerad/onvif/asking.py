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
from camerad.errors import OnvifDeviceUnreachable
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
        who = (endpoint, credentials)
        try:
            told = await self._ask("GetServices", _services, *who, IncludeCapability=False)
        except OnvifDeviceUnreachable:
            # Devices from before 2011 know only this one.
            told = await self._ask("GetCapabilities", _capabilities, *who, Category=["All"])
        located = {name: beside(endpoint, url) for name, url in told.items()}
        return {name: place.url for name, place in located.items() if place is not None}

    async def scopes(self, endpoint: Endpoint, credentials: Credentials | None) -> list[str]:
        """As a probe would have told them. Raises ``CameradError``."""
        return await self._ask("GetScopes", _scopes, endpoint, credentials)

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
        extract: Callable[[Any], T],
        endpoint: Endpoint,
        credentials: Credentials | None,
        **arguments: object,
    ) -> T:
        """Without credentials first: most devices tell everybody, and a clock need not be known."""
        request = await self._in_thread(partial(self._wsdl.request, operation, **arguments))
        reply = await self._caller.call(endpoint, request)
        if reply.status != 200 and credentials is not None:
            security = await self.security(endpoint, credentials)
            reply = await self._caller.call(endpoint, read_envelope(request).with_header(security))
        return await self._read(operation, extract, reply)

    async def _read(self, operation: str, extract: Callable[[Any], T], reply: Reply) -> T:
        work = partial(self._wsdl.reply, operation, reply.status, reply.content)
        try:
            return extract(await self._in_thread(work))
        # The last two for what fits the WSDL loosely, and lacks what we look for.
        except (ValueError, AttributeError, TypeError) as error:
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
            told = await self._read("GetSystemDateAndTime", _moment, reply)
        except OnvifDeviceUnreachable:  # it tells its time to nobody
            told = _http_date(reply.date)
        return 0.0 if told is None else told - ours

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _services(found: Any) -> dict[str, str]:  # noqa: ANN401 - of zeep, as all below
    named = {SERVICES.get(each.Namespace): each.XAddr for each in _listed(found, "Service")}
    return {name: str(url) for name, url in named.items() if name and url}


def _capabilities(found: Any) -> dict[str, str]:  # noqa: ANN401
    kinds = {_NAMES[kind]: getattr(found, kind, None) for kind in _CAPABILITIES}
    return {name: str(kind.XAddr) for name, kind in kinds.items() if kind}


def _scopes(found: Any) -> list[str]:  # noqa: ANN401
    return [str(scope.ScopeItem) for scope in _listed(found, "Scopes")]


def _listed(found: Any, name: str) -> Any:  # noqa: ANN401
    """The list of an answer: the answer itself, unless the device tells more than the WSDL has."""
    return getattr(found, name, found) or ()


def _moment(found: Any) -> float:  # noqa: ANN401
    """Seconds since the epoch of what ``GetSystemDateAndTime`` tells."""
    date, hours = found.UTCDateTime.Date, found.UTCDateTime.Time
    return datetime(
        *(date.Year, date.Month, date.Day), *(hours.Hour, hours.Minute, hours.Second), tzinfo=UTC
    ).timestamp()


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
