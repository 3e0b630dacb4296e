"""A client of /stream that takes nothing for granted: it checks every byte between the pictures."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

from daemon_process import DaemonProcess

BOUNDARY = b"--camerad-frame\r\n"


class Part:
    """One picture of a stream."""

    def __init__(self, head: bytes, jpeg: bytes) -> None:
        lines = [line.split(b": ", 1) for line in head.removesuffix(b"\r\n\r\n").split(b"\r\n")]
        self.headers = {name.decode(): value.decode() for name, value in lines}
        self.jpeg = jpeg

    @property
    def sequence(self) -> int:
        return int(self.headers["X-Sequence"])

    @property
    def timestamp(self) -> float:
        return float(self.headers["X-Timestamp"])


class LiveStream:
    """One connection; ``receive_bytes`` makes its buffers that small."""

    def __init__(self, daemon: DaemonProcess, query: str = "", receive_bytes: int = 0) -> None:
        self._buffer_bytes = receive_bytes or 65536
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", daemon.http_port))
        target = f"/stream?token={daemon.token('viewer')}{query}"
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(
            sock=self.socket, limit=self._buffer_bytes
        )
        self.head = await self._reader.readuntil(b"\r\n\r\n")
        assert self.head.startswith(b"HTTP/1.1 200 OK\r\n"), self.head
        assert await self._reader.readexactly(len(BOUNDARY)) == BOUNDARY
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()

    async def part(self) -> Part:
        """The next picture, whole."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        size = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        jpeg = await self._reader.readexactly(size)
        assert jpeg[:2] == b"\xff\xd8"
        assert jpeg[-2:] == b"\xff\xd9"
        assert await self._reader.readexactly(2 + len(BOUNDARY)) == b"\r\n" + BOUNDARY
        return Part(head, jpeg)

    async def parts(self, seconds: float) -> AsyncIterator[Part]:
        """All pictures of so many seconds."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + seconds
        while loop.time() < end_s:
            yield await self.part()


def resident_mib(pid: int) -> float:
    """What a process holds in memory."""
    (line,) = [
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    ]
    return int(line.split()[1]) / 1024


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
