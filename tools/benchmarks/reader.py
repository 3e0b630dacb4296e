"""Clients of an MJPEG stream, as a light process of its own.

    python -m benchmarks.reader ADDRESS:PORT COUNT SECONDS HEADER < REQUEST

sends REQUEST over COUNT connections, waits until each has shown a frame, prints ``start``, reads
for SECONDS and prints its findings as one line of JSON. Only the parts' headers are copied
out of the kernel; pictures are thrown away there (MSG_TRUNC), so that the reader leaves the
processor to the server.
"""

import json
import re
import select
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_HEADER_ROOM = 2048
_BODY_ROOM = 1 << 20
_SETTLE_S = 1.0


@dataclass(slots=True)
class Client:
    """One connection: what is left of the current picture, and the frames seen so far."""

    connection: socket.socket
    captured: re.Pattern[bytes]
    head: bytes = b""
    body_left: int = 0
    frames: list[float] = field(default_factory=list)
    size_bytes: int = 0

    def read(self, scratch: bytearray) -> None:
        """Take what has arrived."""
        try:
            while self._read_some(scratch):
                pass
        except BlockingIOError:
            return

    def _read_some(self, scratch: bytearray) -> bool:
        if self.body_left:
            wanted = min(self.body_left, _BODY_ROOM)
            taken = self.connection.recv_into(scratch, wanted, socket.MSG_TRUNC)
            self.body_left -= taken
        else:
            data = self.connection.recv(_HEADER_ROOM)
            taken = len(data)
            self._parse(self.head + data)
        if not taken:
            raise ConnectionError("the server has closed the stream")
        self.size_bytes += taken
        return True

    def _parse(self, data: bytes) -> None:
        self.head = data
        length = re.search(rb"(?i)\r\nContent-Length: *(\d+)", data)
        end = data.find(b"\r\n\r\n", length.end()) if length else -1
        if length is None or end < 0:
            return
        captured = self.captured.search(data)
        self.frames.append(float(captured[1]) if captured else 0.0)
        left = int(length[1]) - (len(data) - end - 4)
        self.body_left, self.head = max(left, 0), data[len(data) + min(left, 0) :]


class Clients:
    """All connections, read by one epoll loop."""

    def __init__(self, host: str, port: int, count: int, request: bytes, captured: str) -> None:
        pattern = re.compile(rb"(?i)\r\n" + captured.encode() + rb": *([\d.]+)")
        self._scratch = bytearray(_BODY_ROOM)
        self._poll = select.epoll()
        self._clients: dict[int, Client] = {}
        for _ in range(count):
            connection = socket.create_connection((host, port))
            connection.sendall(request)
            connection.settimeout(0)
            self._clients[connection.fileno()] = Client(connection, pattern)
            self._poll.register(connection, select.EPOLLIN)

    def all(self) -> list[Client]:
        return list(self._clients.values())

    def read_until(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            for fd, _ in self._poll.poll(0.2):
                self._clients[fd].read(self._scratch)

    def read_for(self, seconds: float) -> None:
        end_s = time.monotonic() + seconds
        self.read_until(lambda: time.monotonic() > end_s)


def main() -> None:
    address, count, seconds, captured = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    clients = Clients(host, int(port), int(count), sys.stdin.buffer.read(), captured)
    clients.read_until(lambda: all(client.frames for client in clients.all()))
    clients.read_for(_SETTLE_S)
    for client in clients.all():
        client.frames.clear()
        client.size_bytes = 0
    print("start", flush=True)
    clients.read_for(float(seconds))
    print(json.dumps(findings(clients.all())), flush=True)


def findings(clients: list[Client]) -> dict[str, float]:
    """A frame is missed by a client if another one got it. The edges of the time that was read
    are left out: there, clients rightly differ.
    """
    first = max(client.frames[0] for client in clients)
    last = min(client.frames[-1] for client in clients)
    inner = [{frame for frame in client.frames if first <= frame <= last} for client in clients]
    shown = set().union(*inner)
    return {
        "frames": sum(len(client.frames) for client in clients),
        "gigabytes": sum(client.size_bytes for client in clients) / 1e9,
        "distinct": len(shown),
        "missed": sum(len(shown) - len(frames) for frames in inner),
        "seconds_shown": last - first,
    }


if __name__ == "__main__":
    main()
