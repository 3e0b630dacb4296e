"""What the kernel says of network interfaces, by the ioctl that every driver answers.

psutil asks the driver for its speed too, and fails for all interfaces if one does not know the
question (SIOCETHTOOL).
"""

import enum
import fcntl
import socket
import struct
from typing import Final

_SIOCGIFFLAGS: Final = 0x8913
_IFREQ: Final = struct.Struct("=16sH22x")


class LinkFlags(enum.IntFlag, boundary=enum.KEEP):
    """``IFF_`` of ``<linux/if.h>``, those that are asked for."""

    UP = 0x1
    LOOPBACK = 0x8
    RUNNING = 0x40
    """It has a carrier."""
    MULTICAST = 0x1000


def link_flags(name: str) -> LinkFlags:
    """The flags of an interface; none if it has just gone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            answer = fcntl.ioctl(sock, _SIOCGIFFLAGS, _IFREQ.pack(name.encode(), 0))
        except OSError:
            return LinkFlags(0)
    return LinkFlags(_IFREQ.unpack(answer)[1])


def is_running(flags: LinkFlags) -> bool:
    """Whether something can be reached through it."""
    return LinkFlags.UP | LinkFlags.RUNNING in flags
