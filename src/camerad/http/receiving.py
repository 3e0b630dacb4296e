"""Large request bodies, on their way from clients to the thread that takes them in."""

import contextlib
import select
import socket
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import Executor
from functools import partial
from typing import Final, cast

from sanic import Request
from sanic.exceptions import RequestCancelled, RequestTimeout

from camerad.http.connection import Connection
from camerad.http.takeover import plain_connection
from camerad.http.threads import in_thread

BATCH_BYTES: Final = 1 << 20
"""What goes to the thread at once: a change of threads costs more than copying some KB."""

LEAST_BYTES: Final = 64 * 1024
"""What the kernel gathers before it wakes the reader (SO_RCVLOWAT)."""

STALLED_AFTER_S: Final = 60.0
"""A client that has not brought ``LEAST_BYTES`` for so long is given up."""


async def receive(request: Request, threads: Executor, take: Callable[[bytes], None]) -> None:
    """Give the whole body to ``take``, piece by piece, in a thread.

    Over plain HTTP all of a large body but its beginning is read from the socket by that thread
    itself: past the event loop, and past the copies that Sanic makes of it.
    """
    connection = plain_connection(request)
    pieces = cast("AsyncIterable[bytes]", request.stream)
    async for batch in _batches(pieces):
        await in_thread(threads, partial(take, batch))
        if connection is not None and connection.unread_body():
            await _from_socket(connection, threads, take)


async def _batches(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    batch: list[bytes] = []
    size_bytes = 0
    async for piece in pieces:
        batch.append(piece)
        size_bytes += len(piece)
        if size_bytes >= BATCH_BYTES:
            yield b"".join(batch)
            batch.clear()
            size_bytes = 0
    if batch:
        yield b"".join(batch)


async def _from_socket(
    connection: Connection, threads: Executor, take: Callable[[bytes], None]
) -> None:
    arrived, sock = connection.hand_over_body()
    rest = _Rest(sock, connection.unread_body())
    try:
        await in_thread(threads, lambda: rest.pour(arrived, take), rest.interrupt)
    except ConnectionError:
        raise RequestCancelled from None
    except TimeoutError:
        raise RequestTimeout from None
    finally:
        rest.close()
        connection.take_back_body(rest.unread_bytes)


class _Rest:
    """What is still to come of a body, on a non-blocking socket; for a thread that may wait."""

    def __init__(self, sock: socket.socket, unread_bytes: int) -> None:
        self.unread_bytes = unread_bytes
        self._socket = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)

    def pour(self, arrived: bytes, take: Callable[[bytes], None]) -> None:
        """Give everything to ``take``, ``arrived`` first; raises ``ConnectionError`` when the
        client leaves, ``TimeoutError`` when it stalls.
        """
        if arrived:
            take(arrived)
        while self.unread_bytes:
            least = min(self.unread_bytes, LEAST_BYTES)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)
            if not self._poll.poll(STALLED_AFTER_S * 1000):
                raise TimeoutError
            with contextlib.suppress(BlockingIOError):
                take(self._read())

    def interrupt(self) -> None:
        """End the waiting of ``pour``, from another thread."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        self._socket.close()

    def _read(self) -> bytes:
        data = self._socket.recv(min(self.unread_bytes, BATCH_BYTES))
        if not data:
            raise ConnectionResetError
        self.unread_bytes -= len(data)
        return data
