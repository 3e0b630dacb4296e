"""One TCP connection: what Sanic's protocol does not bound, and giving the socket away."""

import asyncio
import contextlib
import math
import os
import socket
import time
from asyncio import BaseTransport, Transport
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Protocol, cast

from sanic.exceptions import PayloadTooLarge
from sanic.headers import format_http1_response
from sanic.http import Http, Stage
from sanic.response import BaseHTTPResponse
from sanic.server import HttpProtocol

from camerad.clock import http_date
from camerad.http.answers import SECURITY_HEADERS, Answer
from camerad.http.errors import envelope
from camerad.http.heads import check_head, too_large

REFUSAL_HEADERS: Final = {
    **SECURITY_HEADERS,
    "connection": "close",
    "retry-after": "1",
    "content-type": "application/json",
}

LINGER_S: Final = 30.0
"""How long the body of a request that was refused is read on, as nginx does by default."""

# For what every request passes: to look a name up in an enum takes as long as a call.
_REQUEST: Final = Stage.REQUEST
_HANDLER: Final = Stage.HANDLER
_RESPONSE: Final = Stage.RESPONSE


class _Http(Http):
    """Sanic's HTTP/1.1, able to refuse a URL that cannot be parsed, and a body on its way; it
    tells the time, as RFC 9110 wants it of every server that knows it.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        """A request is being handled or answered."""
        return self.stage is _HANDLER or self.stage is _RESPONSE

    async def http1_request_header(self) -> None:
        """Sanic would answer that the body is too large, and takes any name for a field's."""
        try:
            await super().http1_request_header()
        except PayloadTooLarge:
            raise too_large(self.recv_buffer) from None
        check_head(self.request)

    def respond(self, response: BaseHTTPResponse) -> BaseHTTPResponse:
        """Sanic would ask for the body that a client offers (Expect) although it is refused."""
        if self.expecting_continue and response.status >= 400:
            self.expecting_continue = False
            self.request_body = None
            self.keep_alive = False
        response.headers["date"] = http_date(int(time.time()))
        return super().respond(response)

    async def http1_response_header(self, data: bytes, end_stream: bool) -> None:
        """Sanic's is for answers of every kind; most are whole, and known to be so."""
        answer = self.response
        if not isinstance(answer, Answer) or data or self.expecting_continue:
            await super().http1_response_header(data, end_stream)
            return
        headers, body = answer.headers, answer.body or b""
        headers["content-length"] = len(body)
        headers["connection"] = "keep-alive" if self.keep_alive else "close"
        await self._send(answer.head() if self.head_only else answer.head() + body)
        self.response_func = None  # type: ignore[assignment]  # so does Sanic
        self.stage = Stage.IDLE

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, for the handler; after the answer, Sanic throws away what is left of it."""
        return super().__aiter__() if self.stage is Stage.HANDLER else self._left_over()

    async def _left_over(self) -> AsyncIterator[bytes]:
        """Many clients send all before they look for the answer; if the connection were closed
        before they do, they would never see it.
        """
        self.request_max_size = math.inf
        client = self.protocol.conn_info
        assert client is not None
        until_s = time.monotonic() + LINGER_S
        while self.request_body and not client.lost:
            if time.monotonic() > until_s:
                self.keep_alive = False
                return
            if data := await self.read():
                yield data

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
    """Sanic's HTTP/1.1 protocol as one of a crowd, with a deadline for a request's head.

    It can hand its socket over to somebody who writes to it directly, or itself to a successor.
    """

    HTTP_CLASS = _Http

    __slots__ = ("_admitted", "_handed_over", "_more", "_successor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as its base takes them
        super().__init__(*args, **kwargs)
        self._admitted = False
        self._handed_over = False
        self._more: asyncio.Future[None] | None = None
        self._successor: Successor | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        self._admitted = self.app.ctx.crowd.admit(self, peer_address(transport))
        if self._admitted:
            super().connection_made(transport)
        else:
            _refuse(transport)

    @property
    def waits(self) -> bool:
        """No whole request has come yet, or none since the last answer."""
        if self._handed_over or self._successor is not None:
            return False
        return self.http is None or self.http.stage in (Stage.IDLE, Stage.REQUEST)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._successor is not None:
            self._successor.connection_lost()
        if self._admitted:
            self.app.ctx.crowd.leave(self)
            super().connection_lost(exc)

    def receive_more(self) -> "asyncio.Future[None]":  # type: ignore[override]  # is awaited
        """Sanic's waits for an Event, which keeps a queue of all who wait: here is only one."""
        assert self.transport is not None
        self.transport.resume_reading()
        self._more = self.loop.create_future()
        return self._more

    def data_received(self, data: bytes) -> None:
        """Sanic lets every byte of a head put its deadline off; here the first one starts it."""
        if self._successor is not None:
            self._successor.data_received(data)
            return
        started_at_s = self._time
        super().data_received(data)
        if self._more is not None and not self._more.done():
            self._more.set_result(None)
        http = self.http
        if http is not None and http.stage is _REQUEST:
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
        """Who took the socket over has timeouts of its own, and so has a successor for good."""
        if self._successor is not None:
            return
        if self._handed_over:
            self._time = time.monotonic()
        super().check_timeouts()

    def abort(self) -> None:
        """End the connection now. Sanic would forget its transport too, and then fail over a
        request of which only half the head has come.
        """
        if self.transport is not None:
            self.transport.abort()

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow this one."""
        return bool(self._http.keep_alive)

    def hand_over(self) -> socket.socket:
        """A second socket object of this connection, to be closed by the caller, who writes the
        answer to it. Sanic goes on reading, and so notices when the client leaves.
        """
        self._handed_over = True
        assert self.transport is not None
        return socket.socket(fileno=os.dup(self.transport.get_extra_info("socket").fileno()))

    def take_back(self, *, whole: bool) -> None:
        """Go on after ``hand_over``; the connection ends unless a whole answer was written."""
        self._handed_over = False
        self._http.keep_alive = self._http.keep_alive and whole
        self.finished()

    def unread_body(self) -> int:
        """How many bytes of the request's body are still to be read; 0 if nobody has told."""
        http = self._http
        return http.request_bytes_left if http.request_body is True else 0

    def hand_over_body(self) -> tuple[bytes, socket.socket]:
        """What has arrived of the body, and the socket to read the rest from, as ``hand_over``
        gives it. Sanic reads no more, and does not notice if the client leaves.
        """
        assert self.transport is not None
        self.transport.pause_reading()
        arrived = bytes(self.recv_buffer[: self.unread_body()])
        del self.recv_buffer[: len(arrived)]
        self._http.request_bytes_left -= len(arrived)
        return arrived, self.hand_over()

    def take_back_body(self, unread_bytes: int) -> None:
        """Go on after ``hand_over_body``, with so much still unread."""
        assert self.transport is not None
        self._handed_over = False
        self._http.request_bytes_left = unread_bytes
        self._http.request_body = True if unread_bytes else None
        self.transport.resume_reading()

    @contextlib.contextmanager
    def untimed(self) -> Iterator[None]:
        """Within this, whatever takes long is the device's own doing."""
        self._handed_over = True
        try:
            yield
        finally:
            self._handed_over = False
            self._time = time.monotonic()

    def switch(self, successor: Successor) -> bytes:
        """Let ``successor`` have all that happens from now on; gives what has arrived already.

        The connection ends when the handler returns.
        """
        self._successor = successor
        self._http.keep_alive = False
        self._http.stage = Stage.IDLE
        arrived = bytes(self.recv_buffer)
        self.recv_buffer.clear()
        return arrived

    def finished(self) -> None:
        """Somebody else has written the response: Sanic need not make one."""
        self._http.stage = Stage.IDLE


def peer_address(transport: BaseTransport) -> str:
    """Of the client; nothing where it has none."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""


def _refuse(transport: BaseTransport) -> None:
    """There is no request yet, and so nothing that Sanic could answer."""
    answer = envelope(503, "OVERLOADED", "Too many connections")
    body = answer.body or b""
    headers = {
        **REFUSAL_HEADERS,
        "date": http_date(int(time.time())),
        "content-length": str(len(body)),
    }
    head: bytes = format_http1_response(
        answer.status, [(name.encode(), value.encode()) for name, value in headers.items()]
    )
    stream = cast("Transport", transport)
    stream.write(head + body)
    stream.close()
