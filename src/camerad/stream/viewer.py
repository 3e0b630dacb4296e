"""One client of a live stream on a plain socket: sends parts without ever waiting."""

import asyncio
import socket
from collections.abc import Callable

from camerad.stream.part import Part
from camerad.stream.traffic import Traffic

UNSENT_LIMIT_BYTES = 64 * 1024
"""What the kernel may hold of a client's stream beyond what is on the wire (TCP_NOTSENT_LOWAT).
Without it a slow link would be shown pictures that are megabytes, that is many seconds, old."""


class Viewer:
    """Sends the newest part; what arrives while one is on its way replaces the one that waits.

    A client that reads too slowly so skips pictures, and costs one reference to a shared part.
    ``on_gone`` is called at most once, when the connection turns out to be dead.
    """

    def __init__(self, sock: socket.socket, on_gone: Callable[[], None], traffic: Traffic) -> None:
        self._socket = sock
        self._on_gone = on_gone
        self._traffic = traffic
        self._loop = asyncio.get_running_loop()
        self._sending: Part | None = None
        self._offset = 0
        self._next: Part | None = None
        self._over = False
        self.progress_at_s = self._loop.time()
        """When the client last took a byte (the loop's clock)."""
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LIMIT_BYTES)

    def offer(self, part: Part) -> None:
        """Send this part now, or next when one is being sent."""
        if self._over:
            return
        if self._sending is not None:
            self._traffic.skipped_parts += self._next is not None
            self._next = part
            return
        self._sending = part
        self._offset = 0
        if not self._send():
            self._loop.add_writer(self._socket, self._continue)

    def close(self) -> None:
        """Stop sending; the socket stays the caller's."""
        if self._sending is not None:
            self._loop.remove_writer(self._socket)
        self._sending = self._next = None
        self._over = True

    def _continue(self) -> None:
        """The socket takes more: finish the part, then go on with the newest, if there is one."""
        if not self._send():
            return
        self._loop.remove_writer(self._socket)
        part, self._next = self._next, None
        if part is not None:
            self.offer(part)

    def _send(self) -> bool:
        """Send as much as the socket takes; true when the part is out, or the client gone."""
        part = self._sending
        assert part is not None
        try:
            while self._offset < part.size_bytes:
                taken = part.send(self._socket, self._offset)
                self._offset += taken
                self._traffic.sent_bytes += taken
                self.progress_at_s = self._loop.time()
            self._traffic.sent_parts += 1
        except BlockingIOError:
            return False
        except OSError:
            self._next = None
            self._over = True
            self._on_gone()
        self._sending = None
        return True
