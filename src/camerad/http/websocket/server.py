"""A WebSocket on a connection of our own server."""

import asyncio
import socket
import struct
from asyncio import Transport
from collections import deque
from typing import Final

from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from camerad.http.websocket.socket import STALLED_AFTER_S, Closed
from camerad.stream.viewer import UNSENT_LIMIT_BYTES

PING_AFTER_S: Final = 30.0
"""Of silence."""
PONG_WITHIN_S: Final = 20.0
GOODBYE_WITHIN_S: Final = 0.5

MAX_WAITING: Final = 16
"""Messages that have not been looked at; then no more are read."""

MAX_PARTIAL_FRAMES: Final = 1000
"""Pings and fragments from one call of ``keep_alive`` to the next: they are no messages, and so
fall under no other limit."""

SLICE_BYTES: Final = 4096
"""Parsed at once; so much is at most a few hundred frames."""

_RESET: Final = struct.pack("ii", 1, 0)


class ServerSocket:
    """The websockets package speaks the protocol, this moves its bytes.

    Nothing grows in either direction: while a client takes nothing, or sends faster than it is
    served, nothing is read from it.
    """

    def __init__(
        self,
        transport: Transport,
        protocol: ServerProtocol,
        stalled_after_s: float = STALLED_AFTER_S,
    ) -> None:
        """``protocol`` has accepted the handshake."""
        self._transport = transport
        self._protocol = protocol
        self._stalled_after_s = stalled_after_s
        self._loop = asyncio.get_running_loop()
        self._inbox: deque[str | bytes] = deque()
        self._fragments: list[bytes] = []
        self._is_text = False
        self._arrived = asyncio.Event()
        self._reading = True
        self._writable = asyncio.Event()
        self._writable.set()
        self._stall_check: asyncio.TimerHandle | None = None
        self._over = False
        """There are no more messages, in either direction."""
        self._said_all = False
        """Both have said goodbye, or the protocol was broken: what still comes is thrown away."""
        self._ended = asyncio.Event()
        self._heard_at_s = self._loop.time()
        self._pinged = False
        self._partial_frames = 0
        self._socket: socket.socket = transport.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LIMIT_BYTES)

    async def receive(self) -> str | bytes:
        while not self._inbox:
            if self._over:
                raise Closed
            self._arrived.clear()
            await self._arrived.wait()
        message = self._inbox.popleft()
        self._regulate_reading()
        return message

    async def send_text(self, message: bytes) -> None:
        self._check_open()
        self._protocol.send_text(message)
        await self._drain()

    async def send_binary(self, message: bytes) -> None:
        self._check_open()
        self._protocol.send_binary(message)
        await self._drain()

    async def close(self, code: int, reason: str = "") -> None:
        if self._protocol.state is State.OPEN:
            self._leave(code, reason)
        try:
            async with asyncio.timeout(GOODBYE_WITHIN_S):
                await self._ended.wait()
        except TimeoutError:
            self._end()

    def keep_alive(self) -> None:
        self._partial_frames = 0
        if not self._reading:
            return  # whether it takes what it is sent is watched meanwhile
        silent_s = self._loop.time() - self._heard_at_s
        if silent_s > PING_AFTER_S + PONG_WITHIN_S:
            self._cut_off()
        elif silent_s > PING_AFTER_S and not self._pinged and self._protocol.state is State.OPEN:
            self._pinged = True
            self._protocol.send_ping(b"")
            self._write()

    def data_received(self, data: bytes) -> None:
        self._heard_at_s = self._loop.time()
        self._pinged = False
        for start in range(0, len(data), SLICE_BYTES):
            if self._said_all:
                return
            self._protocol.receive_data(data[start : start + SLICE_BYTES])
            for event in self._protocol.events_received():
                assert isinstance(event, Frame)
                self._take(event)
            self._write()
        self._regulate_reading()

    def pause_writing(self) -> None:
        self._writable.clear()
        self._watch_for_stall()
        self._regulate_reading()

    def resume_writing(self) -> None:
        self._writable.set()
        if self._stall_check is not None:
            self._stall_check.cancel()
        self._regulate_reading()

    def connection_lost(self) -> None:
        self._end()

    def _take(self, frame: Frame) -> None:
        if self._over:
            return
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._is_text = frame.opcode is Opcode.TEXT
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                self._take_message()
                return
        self._partial_frames += 1
        if self._partial_frames > MAX_PARTIAL_FRAMES and self._protocol.state is State.OPEN:
            self._leave(CloseCode.POLICY_VIOLATION, "Too many pings or fragments")

    def _take_message(self) -> None:
        data = b"".join(self._fragments)
        self._fragments.clear()
        try:
            self._inbox.append(data.decode() if self._is_text else data)
        except UnicodeDecodeError:
            self._protocol.fail(CloseCode.INVALID_DATA, "Text is UTF-8")
        self._arrived.set()

    def _leave(self, code: int, reason: str) -> None:
        self._inbox.clear()
        self._protocol.send_close(code, reason)
        self._write()
        self._finish()

    def _check_open(self) -> None:
        if self._over or self._protocol.state is not State.OPEN:
            raise Closed

    async def _drain(self) -> None:
        self._write()
        await self._writable.wait()
        if self._over:
            raise Closed

    def _write(self) -> None:
        for data in self._protocol.data_to_send():
            if self._transport.is_closing():
                return
            if data:
                self._transport.write(data)
            else:
                self._say_no_more()

    def _say_no_more(self) -> None:
        """The client closes the connection: if the server did, while the client still sends, it
        might never see the goodbye.
        """
        self._said_all = True
        self._finish()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _regulate_reading(self) -> None:
        wanted = self._over or (len(self._inbox) < MAX_WAITING and self._writable.is_set())
        if wanted == self._reading or self._transport.is_closing():
            return
        self._reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _watch_for_stall(self) -> None:
        self._stall_check = self._loop.call_later(
            self._stalled_after_s, self._check_stall, self._transport.get_write_buffer_size()
        )

    def _check_stall(self, unsent_bytes: int) -> None:
        if self._transport.get_write_buffer_size() >= unsent_bytes:
            self._cut_off()
        else:
            self._watch_for_stall()

    def _cut_off(self) -> None:
        # The kernel too shall keep nothing for a client that does not read.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()
        self._end()

    def _finish(self) -> None:
        """Wake who waits to receive or to send: they have nothing more to wait for."""
        self._over = True
        self._arrived.set()
        self._writable.set()
        self._regulate_reading()

    def _end(self) -> None:
        self._finish()
        self._ended.set()
        if self._stall_check is not None:
            self._stall_check.cancel()
