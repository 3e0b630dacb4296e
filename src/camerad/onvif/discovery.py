"""The client of WS-Discovery: who is on the network."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from camerad.onvif.addresses import Address, Neighbourhood, parse_address
from camerad.onvif.endpoint import Endpoint, learnt
from camerad.onvif.messages import PROBES, Match, new_id, probe, read_matches
from camerad.onvif.sockets import Outlet, outlets
from camerad.onvif.xmltree import DATAGRAM, XmlRefused

logger = logging.getLogger(__name__)

REPEATS_S: Final = (0.3, 0.7)
"""After which the probes are sent once more: multicast is lost easily, over radio above all, and
answers are when somebody floods this host.
"""

MAX_FROM_SOURCE: Final = 64
MAX_DATAGRAMS: Final = 4096
MAX_FOUND: Final = 256
"""Per search; what is above is dropped unread."""


class Found(Struct, frozen=True):
    """A device that has answered, and where its device service may be spoken with."""

    match: Match
    endpoint: Endpoint


class Search:
    """One search, with all that was found by it so far, by uuid.

    A device answers twice to each probe, and on each of its networks: the first answer counts. Only
    where the device has been before (``usual_host``, by uuid) goes before another address that
    answers in its name.
    """

    def __init__(
        self,
        near: Neighbourhood,
        usual_host: Callable[[str], Address | None],
        on_found: Callable[[Found], None],
    ) -> None:
        self.found: dict[str, Found] = {}
        self.refused: Counter[str] = Counter()
        """Why datagrams were not answers, and how many."""
        self._near = near
        self._usual_host = usual_host
        self._on_found = on_found
        self._ids = tuple(new_id() for _ in PROBES)
        self._heard: Counter[Address] = Counter()
        self._left = MAX_DATAGRAMS

    async def run(self, timeout_s: float) -> None:
        """Send the probes out of every interface, and hear answers for ``timeout_s``."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + timeout_s
        with contextlib.closing(_Ears(self.hear)) as ears:
            for outlet in self._outlets():
                await ears.listen(outlet)
            if not ears.open:
                return  # there is no network to wait for
            for pause_s in (*REPEATS_S, timeout_s):
                if loop.time() >= until_s:
                    break
                for message_id, body in zip(self._ids, PROBES, strict=True):
                    ears.send(probe(message_id, body))
                await asyncio.sleep(min(pause_s, max(0.0, until_s - loop.time())))
        if self.refused:
            logger.info("answers not used in this discovery: %s", dict(self.refused))

    def hear(self, datagram: bytes, source: str) -> None:
        """Learn from a datagram, if it is an answer."""
        refusal = self._learn(datagram, source)
        if refusal:
            self.refused[refusal] += 1

    def _learn(self, datagram: bytes, source: str) -> str | None:
        """Gives why nothing was learnt; the cheapest reasons first."""
        address = parse_address(source)
        if address is None or not self._near.own_addresses_near(address):
            return "not from a neighbour"
        # Who floods uses up his own share only; of forged sources no more are counted than heard.
        if self._left <= 0 or self._heard[address] >= MAX_FROM_SOURCE:
            return "too many"
        self._left -= 1
        self._heard[address] += 1
        if len(datagram) > DATAGRAM.size_bytes:
            return "too large"
        try:
            matches = read_matches(datagram, self._ids)
        except XmlRefused:
            return "no answer to our probe"
        usable = [self._use(match, address) for match in matches]
        return None if all(usable) else "no usable address"

    def _use(self, match: Match, source: Address) -> bool:
        endpoint = learnt(match.urls, source, self._near)
        if endpoint is None:
            return False
        known = self.found.get(match.uuid)
        is_new = known is None and len(self.found) < MAX_FOUND
        if is_new or (known and self._is_usurped(known, endpoint.host)):
            self.found[match.uuid] = found = Found(match, endpoint)
            self._on_found(found)
        return True

    def _is_usurped(self, known: Found, host: Address) -> bool:
        return host == self._usual_host(known.match.uuid) != known.endpoint.host

    def _outlets(self) -> Iterator[Outlet]:
        for interface in self._near.interfaces:
            yield from outlets(interface)


class _Ears(asyncio.DatagramProtocol):
    """All sockets of a search."""

    def __init__(self, hear: Callable[[bytes, str], None]) -> None:
        self._hear = hear
        self.open: list[tuple[asyncio.DatagramTransport, Outlet]] = []

    async def listen(self, outlet: Outlet) -> None:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, sock=outlet.socket
        )
        self.open.append((transport, outlet))

    def send(self, datagram: bytes) -> None:
        for transport, outlet in self.open:
            transport.sendto(datagram, outlet.group)

    def close(self) -> None:
        for transport, _ in self.open:
            transport.close()

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._hear(data, str(addr[0]))

    def error_received(self, exc: Exception) -> None:
        # A network that cannot be reached just now; the others can.
        logger.debug("discovery: %s", exc)
