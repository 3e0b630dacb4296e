"""The device's side of WS-Discovery: says hello, answers probes, says bye.

WS-Discovery is known for answers that are sent to whom they never were for. So nothing is answered
to an address that is not in a network which we are directly connected to, and not often to any.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from camerad.accounts.addresses import party
from camerad.onvif.addresses import Address, Interface, Neighbourhood, parse_address
from camerad.onvif.reach import Reach
from camerad.onvif.serving.identity import Identity
from camerad.onvif.serving.probes import Voice, read_probe
from camerad.onvif.serving.rate import Rate
from camerad.onvif.sockets import join, listeners, outlets
from camerad.onvif.xmltree import XmlRefused

logger = logging.getLogger(__name__)

LOOK_AROUND_S: Final = 10.0
"""How often networks are looked for that have come since."""
MAX_DELAY_S: Final = 0.5
"""Many devices hear one probe: each waits for a random time before it answers."""
PER_SOURCE_PER_S: Final = 4.0
IN_ALL_PER_S: Final = 40.0
BURST_S: Final = 2.0

Url = Callable[[Address], str | None]
"""Where the device service is for who can reach this address of ours; None if it is not there."""


class Responder:
    """Answers probes from ``start`` to ``stop``, on the port of WS-Discovery."""

    def __init__(self, identity: Identity, reach: Reach, url: Url) -> None:
        self._identity = identity
        self._voice = Voice(identity)
        self._reach = reach
        self._url = url
        self._near = Neighbourhood((), frozenset())
        self._rate = Rate(PER_SOURCE_PER_S, IN_ALL_PER_S, BURST_S)
        self._ears: list[asyncio.DatagramTransport] = []
        self._joined: set[Interface] = set()
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises ``OSError`` if the port is another program's."""
        for sock in listeners():
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                partial(_Ear, self._hear), sock=sock
            )
            self._ears.append(transport)
        self._following = asyncio.create_task(self._follow())

    def stop(self) -> None:
        if self._following is not None:
            self._following.cancel()
        for interface in self._joined:
            _multicast(interface, self._voice.bye())
        for transport in self._ears:
            transport.close()
        self._ears.clear()
        self._joined.clear()

    async def _follow(self) -> None:
        """Be there on every network that comes."""
        while True:
            self._near = await self._reach.near()
            present = set(self._near.interfaces)
            for interface in present - self._joined:
                self._appear(interface)
            self._joined = present
            await asyncio.sleep(LOOK_AROUND_S)

    def _appear(self, interface: Interface) -> None:
        for transport in self._ears:
            # It was joined before, when it had other addresses, or has none of that family.
            with contextlib.suppress(OSError):
                join(transport.get_extra_info("socket"), interface)
        url = next(filter(None, (self._url(own.ip) for own in interface.addresses)), None)
        if url is not None:
            _multicast(interface, self._voice.hello(url))

    def _hear(
        self, transport: asyncio.DatagramTransport, datagram: bytes, addr: tuple[Any, ...]
    ) -> None:
        source = parse_address(str(addr[0]))
        url = self._url_for(source) if source else None
        if url is None or not self._rate.take(party(str(source))):
            return
        try:
            probe = read_probe(datagram)
        except XmlRefused:
            return
        if probe is not None and probe.matches(self._identity.scopes()):
            answer = self._voice.probe_match(url, probe.message_id)
            delay_s = random.uniform(0, MAX_DELAY_S)  # noqa: S311 - only to come at different times
            asyncio.get_running_loop().call_later(delay_s, _send, transport, answer, addr)

    def _url_for(self, source: Address) -> str | None:
        """Where a neighbour reaches the device service; None for strangers, and ourselves."""
        if not self._near.is_near(source):
            return None
        own = self._near.own_addresses_near(source)
        return next(filter(None, map(self._url, own)), None)


def _multicast(interface: Interface, datagram: bytes) -> None:
    for outlet in outlets(interface):
        with contextlib.closing(outlet.socket), contextlib.suppress(OSError):
            outlet.socket.sendto(datagram, outlet.group)


def _send(transport: asyncio.DatagramTransport, answer: bytes, addr: tuple[Any, ...]) -> None:
    if not transport.is_closing():
        transport.sendto(answer, addr)


class _Ear(asyncio.DatagramProtocol):
    """One socket of the responder."""

    def __init__(
        self, hear: Callable[[asyncio.DatagramTransport, bytes, tuple[Any, ...]], None]
    ) -> None:
        self._hear = hear
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is one
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._hear(self._transport, data, addr)

    def error_received(self, exc: Exception) -> None:
        logger.debug("WS-Discovery: %s", exc)
