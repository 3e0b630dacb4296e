"""USB/IP's messages: Documentation/usb/usbip_protocol.rst of the kernel."""

import struct
import threading
from dataclasses import dataclass
from socket import socket

CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
BASIC = struct.Struct(">IIIII")
HEADER_BYTES = 48
STALLED, UNLINKED = -32, -104
"""-EPIPE and -ECONNRESET, a URB's status."""


class Detached(Exception):
    """The kernel has closed its end."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A control request: USB 2.0, table 9-2."""

    request_type: int
    request: int
    value: int
    index: int
    length: int


@dataclass(frozen=True, slots=True)
class Submit:
    """A URB that the host wants filled, or emptied."""

    number: int
    endpoint: int
    length: int
    setup: Setup
    data: bytes
    inward: bool


@dataclass(frozen=True, slots=True)
class Unlink:
    """The host wants a URB back, as it is."""

    number: int
    victim: int


class Wire:
    """Takes commands from one thread, and gives answers from any."""

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def receive(self) -> Submit | Unlink:
        """The next command; raises ``Detached``."""
        header = self._read(HEADER_BYTES)
        command, number, _device, direction, endpoint = BASIC.unpack_from(header)
        if command == CMD_UNLINK:
            (victim,) = struct.unpack_from(">I", header, BASIC.size)
            return Unlink(number, victim)
        _flags, length, _start, _packets, _interval, *setup = unpack_submit(header)
        data = b"" if direction else self._read(length)
        return Submit(number, endpoint, length, Setup(*setup), data, bool(direction))

    def give(self, number: int, data: bytes = b"", *, status: int = 0, taken: int = 0) -> None:
        """Answer a submitted URB: with data, or with how much of the host's was taken."""
        header = struct.pack(
            ">IIIIIiiiii8x", RET_SUBMIT, number, 0, 0, 0, status, len(data) or taken, 0, 0, 0
        )
        self._send(header + data)

    def unlinked(self, number: int, *, in_time: bool) -> None:
        """Answer an unlink; not in time is one whose URB has been answered already."""
        status = UNLINKED if in_time else 0
        self._send(struct.pack(">IIIIIi24x", RET_UNLINK, number, 0, 0, 0, status))

    def _send(self, message: bytes) -> None:
        try:
            with self._sending:
                self._connection.sendall(message)
        except OSError as error:
            raise Detached from error

    def _read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size > 0:
            try:
                part = self._connection.recv(size)
            except OSError as error:
                raise Detached from error
            if not part:
                raise Detached
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def unpack_submit(header: bytes) -> tuple[int, ...]:
    """The setup packet is little-endian, all else big."""
    numbers = struct.unpack_from(">Iiiii", header, BASIC.size)
    setup = struct.unpack_from("<BBHHH", header, BASIC.size + 20)
    return (*numbers, *setup)
