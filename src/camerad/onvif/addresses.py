"""Which addresses ONVIF may be spoken with.

What a datagram says of itself can be forged by whoever is on the same wire, its source too. So an
address that was learnt is used only within these bounds: it lies in a network that this machine is
directly connected to, it is none of its own, and its port is one that cameras use. What an
administrator enters by hand may lie elsewhere.
"""

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Final

import psutil
from msgspec import Struct

from camerad.system.interfaces import LinkFlags, is_running, link_flags

Address = IPv4Address | IPv6Address
OwnAddress = IPv4Interface | IPv6Interface

METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
"""Where clouds tell machines their secrets, beside the link-local 169.254.169.254."""

WEB_PORTS: Final = frozenset({80, 443})
OTHER_PORTS: Final = frozenset(
    {
        1719,
        1720,
        1723,
        2049,
        3306,
        3659,
        4045,
        4190,
        5060,
        5061,
        5432,
        6000,
        6379,
        6566,
        *range(6665, 6670),
    }
    | {6679, 6697, 9200, 10080, 11211, 27017}
)
"""Above 1023, but not HTTP's: those that browsers refuse as well, and databases."""


class Interface(Struct, frozen=True):
    """A network interface that is up and takes multicast."""

    name: str
    index: int
    addresses: tuple[OwnAddress, ...]
    hardware_address: str = ""


class Neighbourhood(Struct, frozen=True):
    """The networks that this machine is part of, at a moment."""

    interfaces: tuple[Interface, ...]
    """Those that ONVIF is spoken on."""
    own: frozenset[Address]
    """Every address of this machine, on whatever interface."""

    def is_near(self, address: Address) -> bool:
        """Whether it is another machine in a network that we are directly connected to."""
        return address not in self.own and bool(self.own_addresses_near(address))

    def own_addresses_near(self, address: Address) -> list[Address]:
        """By which of our addresses that one reaches us without a router, the nearest first: the
        other addresses of the same interface come after it.
        """
        for interface in self.interfaces:
            if any(address in own.network for own in interface.addresses):
                ordered = sorted(interface.addresses, key=lambda own: address not in own.network)
                return [own.ip for own in ordered if own.version == address.version]
        return []


def refusal(address: Address, port: int) -> str | None:
    """Why nobody, administrators included, may have this address contacted; None if they may."""
    plain = _plain(address)
    if plain.is_loopback or plain.is_unspecified:
        return "is this machine itself"
    if plain.is_link_local or plain in METADATA:
        return "is link-local, or of a cloud's metadata"
    if plain.is_multicast or plain.is_reserved:
        return "is not the address of one machine"
    if port in OTHER_PORTS or (port < 1024 and port not in WEB_PORTS):
        return f"has port {port}, which is no camera's"
    return None


def neighbourhood(bind: str, interfaces: Sequence[str]) -> Neighbourhood:
    """What the kernel says of the interfaces of these names now, of all if none is named.

    A daemon that serves one address only speaks from that address only: ``bind`` is
    ``network.bind``.
    """
    own: set[Address] = set()
    found = []
    for name, entries in psutil.net_if_addrs().items():
        addresses = tuple(_addresses((entry.address, entry.netmask) for entry in entries))
        own.update(address.ip for address in addresses)
        served = tuple(address for address in addresses if _is_served(address.ip, bind))
        wanted = served and (not interfaces or name in interfaces)
        if wanted and _is_usable(link_flags(name)):
            link = (entry.address for entry in entries if entry.family == psutil.AF_LINK)
            with suppress(OSError):  # it has just gone
                index = socket.if_nametoindex(name)
                found.append(Interface(name, index, served, next(link, "")))
    return Neighbourhood(tuple(found), frozenset(own))


def parse_address(text: str) -> Address | None:
    """An IP literal, without its scope; an IPv4 address in IPv6 clothes is that IPv4 address."""
    try:
        return _plain(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_usable(flags: LinkFlags) -> bool:
    return is_running(flags) and LinkFlags.MULTICAST in flags and LinkFlags.LOOPBACK not in flags


def _is_served(address: Address, bind: str) -> bool:
    bound = ipaddress.ip_address(bind)
    return bound.is_unspecified or address == bound


def _addresses(entries: Iterator[tuple[str, str | None]]) -> Iterator[OwnAddress]:
    for text, mask in entries:
        address = parse_address(text)
        if address is not None and mask:
            bits = int(ipaddress.ip_address(mask)).bit_count()
            yield ipaddress.ip_interface(f"{address}/{bits}")
