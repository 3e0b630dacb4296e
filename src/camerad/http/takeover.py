"""Answers that are written past Sanic, straight to the client's socket."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from sanic import Request
from sanic.headers import format_http1_response

from camerad.http.answers import HandedOver
from camerad.http.connection import Connection


class Takeover:
    """A client's socket, non-blocking, and what is to be sent before anything else."""

    def __init__(self, sock: socket.socket, head: bytes) -> None:
        self.socket = sock
        self.head = head
        self.whole = False
        """To be set by who has sent all that the head promises: the connection lives on then."""


def plain_connection(request: Request) -> Connection | None:
    """Our own connection, if it is one without TLS."""
    plain = request.transport.get_extra_info("ssl_object") is None
    return _connection(request) if plain else None


def untimed(request: Request) -> contextlib.AbstractContextManager[None]:
    """Suspends the time that an answer may take, where it is us who limit it."""
    connection = _connection(request)
    return connection.untimed() if connection is not None else contextlib.nullcontext()


def _connection(request: Request) -> Connection | None:
    protocol: object = request.protocol
    return protocol if isinstance(protocol, Connection) else None


@contextlib.asynccontextmanager
async def taken_over(
    request: Request, connection: Connection, answer: HandedOver
) -> AsyncIterator[Takeover]:
    """Have the socket for an answer. Sanic goes on reading, and so notices when the client leaves:
    the handler is cancelled then.
    """
    answer.headers.setdefault("connection", "keep-alive" if connection.keep_alive else "close")
    response = await request.respond(answer)
    head = format_http1_response(response.status, response.processed_headers)
    # An earlier answer on this connection may still be on its way; nothing tells when it is out.
    while request.transport.get_write_buffer_size():  # type: ignore[attr-defined]  # uvloop has it
        await asyncio.sleep(0.01)
    with connection.hand_over() as sock:
        takeover = Takeover(sock, head)
        try:
            yield takeover
        finally:
            connection.take_back(whole=takeover.whole)
