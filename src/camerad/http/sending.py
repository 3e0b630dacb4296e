"""Files on their way to clients."""

import asyncio
import logging
import os
import select
import socket
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Final

from msgspec import Struct
from sanic import HTTPResponse, Request

from camerad.http.answers import HandedOver
from camerad.http.connection import Connection
from camerad.http.ranges import Span
from camerad.http.takeover import plain_connection, taken_over
from camerad.http.threads import in_thread

logger = logging.getLogger(__name__)

STALLED_AFTER_S: Final = 60.0
"""A client that has taken nothing for so long is not slow but dead."""

UNSENT_LIMIT_BYTES: Final = 256 * 1024
"""What waits in the kernel beyond what is on the wire (TCP_NOTSENT_LOWAT). It wants more when half
of this is gone: with the kernel's own megabytes a slow client would seem dead meanwhile."""

SENDFILE_BYTES: Final = 8 << 20

TURN_S: Final = 0.25
"""How long one client may have a thread at a time."""

PATIENCE_MS: Final = 5
"""How long the thread waits for a client before it leaves that to the event loop: changing there
and back costs a client that reads fast more."""

CHUNK_BYTES: Final = 256 * 1024


class Head(Struct, frozen=True):
    """The head of an answer."""

    status: int
    headers: Mapping[str, str]
    content_type: str


class FileSender:
    """Sends parts of files.

    Over plain HTTP by sendfile(2), from the disk's cache to the socket; over TLS, or under another
    server, in chunks through Sanic. Either way the disk is waited for in a thread.
    """

    def __init__(self, threads: Executor) -> None:
        self._threads = threads

    async def send(self, request: Request, head: Head, descriptor: int, span: Span) -> None:
        """Answer with these bytes of an open file.

        Once the head is out an error cannot be told any more: the connection ends early instead.
        """
        connection = plain_connection(request)
        try:
            if connection is not None:
                await self._to_socket(request, connection, head, descriptor, span)
            else:
                await self._through_sanic(request, head, descriptor, span)
        except OSError as error:
            _log_early_end(error)
            # Without a word from Sanic, and without another request on this connection.
            raise asyncio.CancelledError from None

    async def _to_socket(
        self, request: Request, connection: Connection, head: Head, descriptor: int, span: Span
    ) -> None:
        answer = HandedOver(head.status, head.headers, head.content_type)
        async with taken_over(request, connection, answer) as taken:
            sock = taken.socket
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_LIMIT_BYTES)
            await _send_head(sock, taken.head)
            offset, end = span.start, span.start + span.length
            while offset < end:
                send = partial(_send_some, sock, descriptor, offset, end)
                sent = await in_thread(self._threads, send)
                if not sent:
                    await _writable(sock)
                offset += sent
            taken.whole = True

    async def _through_sanic(
        self, request: Request, head: Head, descriptor: int, span: Span
    ) -> None:
        response = await request.respond(
            HTTPResponse(None, head.status, dict(head.headers), head.content_type)
        )
        offset, end = span.start, span.start + span.length
        while offset < end:
            count = min(end - offset, CHUNK_BYTES)
            chunk = await in_thread(self._threads, partial(os.pread, descriptor, count, offset))
            offset += _some(len(chunk))
            async with asyncio.timeout(STALLED_AFTER_S):
                await response.send(chunk)


def _log_early_end(error: OSError) -> None:
    """A client that leaves or sleeps is everyday life; a disk that fails is not."""
    usual = isinstance(error, ConnectionError | TimeoutError)
    reason = error.strerror or str(error) or "no progress"
    logger.log(logging.INFO if usual else logging.WARNING, "A download ended early: %s", reason)


def _send_some(sock: socket.socket, descriptor: int, offset: int, end: int) -> int:
    """Send as long as the client takes it at once, and others need not wait too long for the
    thread; gives how much that was.
    """
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    begin, until_s = offset, time.monotonic() + TURN_S
    while offset < end and time.monotonic() < until_s:
        try:
            count = min(end - offset, SENDFILE_BYTES)
            offset += _some(os.sendfile(sock.fileno(), descriptor, offset, count))
        except BlockingIOError:
            if not poll.poll(PATIENCE_MS):
                break
    return offset - begin


async def _send_head(sock: socket.socket, head: bytes) -> None:
    rest = memoryview(head)
    while rest:
        try:
            rest = rest[sock.send(rest, socket.MSG_MORE) :]
        except BlockingIOError:
            await _writable(sock)


async def _writable(sock: socket.socket) -> None:
    """Wait until a socket takes more; raises ``TimeoutError`` if it does not."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(sock, ready.set)
    try:
        async with asyncio.timeout(STALLED_AFTER_S):
            await ready.wait()
    finally:
        loop.remove_writer(sock)


def _some(count: int) -> int:
    """Raise ``OSError`` for nothing: the file has become shorter than it was when it was opened."""
    if not count:
        raise OSError("The file has been cut off")
    return count
