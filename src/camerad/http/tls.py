"""The way from a TCP connection to HTTP under TLS."""

import asyncio
import os
import socket
from asyncio import BaseTransport, Transport
from ssl import SSLContext, SSLError
from typing import Any, Final, cast

from camerad.http.connection import Connection, peer_address

HANDSHAKE_TIMEOUT_S: Final = 10.0


class TlsEntry(asyncio.Protocol):
    """A connection that has yet to complete its handshake.

    The event loop's own TLS shows a connection only afterwards: any number could sit there, at
    50 KiB each, and no cap would see them.
    """

    waits = True

    def __init__(self, context: SSLContext, **options: Any) -> None:  # noqa: ANN401 - as Sanic gives them
        """``options`` are those of ``Connection``."""
        self._context = context
        self._options = options
        self._crowd = options["app"].ctx.crowd
        self._handshake: asyncio.Task[None] | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Take the socket out of the transport, before that has read a byte of the handshake."""
        sock = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        address = peer_address(transport)
        cast("Transport", transport).abort()  # by its class uvloop's is none
        if self._crowd.admit(self, address):
            self._handshake = asyncio.ensure_future(self._shake_hands(sock))
        else:
            sock.close()  # an answer in plain text would tell the client nothing

    def close_if_idle(self) -> None:
        self.abort()

    def abort(self) -> None:
        assert self._handshake is not None
        self._handshake.cancel()

    async def _shake_hands(self, sock: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._connection,
                sock,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_TIMEOUT_S,
            )
        except (OSError, SSLError):
            sock.close()
        finally:
            self._crowd.leave(self)

    def _connection(self) -> Connection:
        return _Secured(self, **self._options)


class _Secured(Connection):
    """Takes the place of its entry in the crowd."""

    __slots__ = ("_entry",)

    def __init__(self, entry: TlsEntry, **options: Any) -> None:  # noqa: ANN401 - as Sanic gives them
        super().__init__(**options)
        self._entry = entry

    def connection_made(self, transport: BaseTransport) -> None:
        self.app.ctx.crowd.leave(self._entry)
        super().connection_made(transport)
