"""Both ends of a WebSocket, without a connection."""

import asyncio
from collections import deque
from types import SimpleNamespace

import msgspec
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from camerad.http.websocket.server import ServerSocket
from camerad.http.websocket.socket import MAX_MESSAGE_BYTES, Closed


class Transport:
    """What the server writes goes to ``written``; how much of it waits, a test says."""

    def __init__(self):
        self.written = bytearray()
        self.waiting_bytes = 0
        self.reading = True
        self.aborted = False
        self.eof_written = False

    def get_extra_info(self, _name):
        return SimpleNamespace(setsockopt=lambda *_: None)

    def get_write_buffer_size(self):
        return self.waiting_bytes

    def write(self, data):
        self.written += data

    def can_write_eof(self):
        return True

    def write_eof(self):
        self.eof_written = True

    def is_closing(self):
        return self.aborted

    def pause_reading(self):
        assert self.reading
        self.reading = False

    def resume_reading(self):
        assert not self.reading
        self.reading = True

    def abort(self):
        self.aborted = True


class Peer:
    """A client by the book, and the server's socket that it speaks to: ``socket``."""

    def __init__(self, stalled_after_s=10.0):
        self.transport = Transport()
        protocol = ServerProtocol(max_size=MAX_MESSAGE_BYTES, state=State.OPEN)
        self.socket = ServerSocket(self.transport, protocol, stalled_after_s)
        self.protocol = ClientProtocol(parse_uri("ws://device/ws"), state=State.OPEN)

    def send(self, *messages):
        for message in messages:
            if isinstance(message, str):
                self.protocol.send_text(message.encode())
            else:
                self.protocol.send_binary(message)
        self.flush()

    def flush(self):
        self.socket.data_received(b"".join(self.protocol.data_to_send()))

    def frames(self):
        """What the server has sent since the last time."""
        data = bytes(self.transport.written)
        self.transport.written.clear()
        if data:
            self.protocol.receive_data(data)
        return self.protocol.events_received()

    @property
    def closed_with(self):
        self.frames()
        close = self.protocol.close_rcvd
        return close and close.code


class Conversation:
    """A WebSocket as sessions see it. What it receives, a test says; what it is sent, it keeps."""

    def __init__(self):
        self.sent = []
        self.closed_with = None
        self.writable = asyncio.Event()
        self.writable.set()
        self._messages = deque()
        self._arrived = asyncio.Event()

    def say(self, *messages):
        for message in messages:
            is_raw = isinstance(message, str | bytes)
            self._messages.append(message if is_raw else msgspec.json.encode(message).decode())
        self._arrived.set()

    def leave(self):
        self.closed_with = 1005
        self._arrived.set()

    async def receive(self):
        while not self._messages:
            if self.closed_with:
                raise Closed
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()

    async def send_text(self, message):
        await self._send(msgspec.json.decode(message))

    async def send_binary(self, message):
        await self._send(message)

    async def _send(self, message):
        if self.closed_with:
            raise Closed
        self.sent.append(message)
        await self.writable.wait()

    async def close(self, code, _reason=""):
        self.closed_with = self.closed_with or code
        self._messages.clear()
        self._arrived.set()


async def settle():
    """Let everything run that can without waiting."""
    for _ in range(30):
        await asyncio.sleep(0)
