"""One TCP connection: what Sanic's protocol does not bound, and giving the socket away."""

import os
import socket
from asyncio import BaseTransport
from typing import Any, Protocol

from sanic.http import Http, Stage
from sanic.server import HttpProtocol

from camerad.http.errors import envelope

REFUSED = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"


class _Http(Http):
    """Sanic's HTTP/1.1, able to refuse a URL that cannot be parsed."""

    __slots__ = ()

    def create_empty_request(self) -> None:
        """Stand in for the request whose head could not be read."""
        self.url = None  # Sanic would parse it again here, and end without an answer
        super().create_empty_request()


class Successor(Protocol):
    """Who speaks another protocol on a connection, after HTTP."""

    def data_received(self, data: bytes) -> None:
        """These bytes have arrived."""

    def connection_lost(self) -> None:
        """The connection has ended."""

    def pause_writing(self) -> None:
        """The client takes less than it is sent."""

    def resume_writing(self) -> None:
        """The client has taken nearly all."""


class Connection(HttpProtocol):
    """Sanic's HTTP/1.1 protocol, with a cap on connections and a deadline for a request's head.

    It can hand its socket over to somebody who writes to it directly, or itself to a successor.
    """

    HTTP_CLASS = _Http

    __slots__ = ("_handed_over", "_successor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as its base takes them
        super().__init__(*args, **kwargs)
        self._handed_over = False
        self._successor: Successor | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        if len(self.app.ctx.connections) >= self.app.ctx.max_connections:
            _refuse(transport)
            return
        self.app.ctx.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._successor is not None:
            self._successor.connection_lost()
        if self in self.app.ctx.connections:
            self.app.ctx.connections.discard(self)
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Sanic lets every byte of a head put its deadline off; here the first one starts it."""
        if self._successor is not None:
            self._successor.data_received(data)
            return
        started_at_s = self._time
        super().data_received(data)
        if self.http is not None and self.http.stage is Stage.REQUEST:
            self._time = started_at_s

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._successor is not None:
            self._successor.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._successor is not None:
            self._successor.resume_writing()

    def check_timeouts(self) -> None:
        """Who took the socket over has timeouts of its own."""
        if not self._handed_over:
            super().check_timeouts()

    def abort(self) -> None:
        """End the connection now. Sanic would forget its transport too, and then fail over a
        request of which only half the head has come.
        """
        if self.transport is not None:
            self.transport.abort()

    def hand_over(self) -> socket.socket:
        """A second socket object of this connection, to be closed by the caller.

        Sanic goes on reading, and so notices when the client leaves; it writes no more, and ends
        the connection when the handler returns.
        """
        self._handed_over = True
        self._http.keep_alive = False
        assert self.transport is not None
        return socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno()))

    def switch(self, successor: Successor) -> bytes:
        """Let ``successor`` have all that happens from now on; gives what has arrived already.

        The connection ends when the handler returns.
        """
        self._handed_over = True
        self._successor = successor
        self._http.keep_alive = False
        self._http.stage = Stage.IDLE
        arrived = bytes(self.recv_buffer)
        self.recv_buffer.clear()
        return arrived

    def finished(self) -> None:
        """The taker has written a whole response: Sanic need not make one."""
        self._http.stage = Stage.IDLE


def _refuse(transport: BaseTransport) -> None:
    body = envelope(503, "OVERLOADED", "Too many connections").body or b""
    head = REFUSED + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    transport.write(head + body)  # type: ignore[attr-defined]  # a stream transport, always
    transport.close()
