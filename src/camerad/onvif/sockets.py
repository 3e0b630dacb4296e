"""The sockets of WS-Discovery."""

import errno
import socket
import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from camerad.onvif.addresses import Interface

PORT: Final = 3702
GROUP_V4: Final = "239.255.255.250"
GROUP_V6: Final = "ff02::c"
RECEIVE_BYTES: Final = 1 << 20


class Outlet(Struct, frozen=True):
    """A socket that multicasts out of one interface, and where to."""

    socket: socket.socket
    group: tuple[str, int] | tuple[str, int, int, int]


def outlets(interface: Interface) -> Iterator[Outlet]:
    """A socket for each IPv4 address of an interface, and one for all of its IPv6 addresses.

    Each has a port of its own, which answers come back to. Addresses that have gone meanwhile
    are left out.
    """
    for own in interface.addresses:
        if own.version == 4:
            yield from _opened(socket.AF_INET, str(own.ip), interface)
    if any(own.version == 6 for own in interface.addresses):
        yield from _opened(socket.AF_INET6, "::", interface)


def _opened(family: socket.AddressFamily, address: str, interface: Interface) -> Iterator[Outlet]:
    sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        # The answers of a hall come all at once; the kernel gives what it may of this.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        sock.bind((address, 0))
        yield Outlet(sock, multicast_out_of(sock, interface, address))
    except OSError:
        sock.close()


def multicast_out_of(
    sock: socket.socket, interface: Interface, address: str
) -> tuple[str, int] | tuple[str, int, int, int]:
    """Have a socket multicast to the hosts of that interface's link only; gives the group."""
    if sock.family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        return (GROUP_V4, PORT)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface.index)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 1)
    return (GROUP_V6, PORT, 0, interface.index)


def listeners() -> Iterator[socket.socket]:
    """Sockets on WS-Discovery's port, one for each version of IP that the kernel has.

    Other programs of this machine may share the port; raises ``OSError`` if one does not.
    """
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            sock = _listener(family)
        except OSError as error:
            if error.errno != errno.EAFNOSUPPORT:
                raise
        else:
            yield sock


def _listener(family: socket.AddressFamily) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(("", PORT))
    except OSError:
        sock.close()
        raise
    return sock


def join(sock: socket.socket, interface: Interface) -> None:
    """Have a listener hear what is multicast on that interface's link."""
    if sock.family == socket.AF_INET:
        group = struct.pack("=4s4si", socket.inet_aton(GROUP_V4), bytes(4), interface.index)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    else:
        group = struct.pack("=16sI", socket.inet_pton(socket.AF_INET6, GROUP_V6), interface.index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
