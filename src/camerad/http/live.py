"""``/stream``: the live picture, as multipart/x-mixed-replace."""

import asyncio
from contextlib import aclosing
from typing import Final

from sanic import Blueprint, Request
from sanic.exceptions import RequestCancelled
from sanic.response import BaseHTTPResponse, HTTPResponse

from camerad.accounts.roles import Role
from camerad.config.store import ConfigStore
from camerad.errors import NotFound, Overloaded
from camerad.frames.cameras import Cameras
from camerad.http.answers import HandedOver
from camerad.http.connection import Connection
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Media, Operation
from camerad.http.params import CAMERA, QUALITY
from camerad.http.takeover import plain_connection, taken_over
from camerad.stream.broadcast import Broadcast
from camerad.stream.part import CONTENT_TYPE, PREAMBLE, Part
from camerad.stream.streams import Streams
from camerad.stream.traffic import Traffic
from camerad.stream.viewer import Viewer

STALLED_AFTER_S: Final = 60.0
"""A client that has taken no byte for so long is not slow but dead."""

HEADERS: Final = {"cache-control": "no-store", "pragma": "no-cache"}


STREAM: Final = Operation(
    summary="The live picture",
    role=Role.VIEWER,
    limit=Limit.IMAGE,
    query=(QUALITY, CAMERA),
    answer=Media("multipart/x-mixed-replace", "A part for each frame, without end."),
    errors=(NotFound, Overloaded),
)


class Live:
    """Opens live streams.

    Over plain HTTP the socket itself is written to, so that a picture costs each client one system
    call and no copy; over TLS, or under another server, Sanic does the writing.
    """

    def __init__(self, cameras: Cameras, streams: Streams, config: ConfigStore) -> None:
        self._cameras = cameras
        self._streams = streams
        self._config = config

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("live")
        gate.route(blueprint, STREAM, self.stream, "/stream")
        return blueprint

    async def stream(self, request: Request) -> BaseHTTPResponse | None:
        quality = QUALITY.of(request) or self._config.current.stream.quality
        fed = self._cameras.get(CAMERA.of(request))
        if request.method == "HEAD":
            return HTTPResponse(headers=HEADERS, content_type=CONTENT_TYPE)
        with self._streams.opened(fed, quality) as broadcast:
            connection = plain_connection(request)
            if connection is not None:
                await self._write_to_socket(request, connection, broadcast)
            else:
                await self._write_through_sanic(request, broadcast)
        return None

    async def _write_to_socket(
        self, request: Request, connection: Connection, broadcast: Broadcast
    ) -> None:
        # As every MJPEG client knows it, without Content-Length or chunks: the end of the stream is
        # the end of the connection.
        answer = HandedOver(200, HEADERS | {"connection": "close"}, CONTENT_TYPE)
        async with taken_over(request, connection, answer) as taken:
            gone = asyncio.Event()
            viewer = Viewer(taken.socket, gone.set, self._streams.traffic)
            try:
                viewer.offer(Part((taken.head, PREAMBLE, b""), len(taken.head) + len(PREAMBLE)))
                with broadcast.joined(viewer.offer):
                    await self._until_over(viewer, gone)
            finally:
                viewer.close()

    async def _until_over(self, viewer: Viewer, gone: asyncio.Event) -> None:
        """Wait for the client to leave (then this is cancelled, or ``gone``), or to stop reading
        for good, or for the daemon to stop.
        """
        loop = asyncio.get_running_loop()
        ends = [loop.create_task(gone.wait()), loop.create_task(self._streams.closing.wait())]
        try:
            over: set[asyncio.Task[bool]] = set()
            while not over and loop.time() - viewer.progress_at_s < STALLED_AFTER_S:
                over, _ = await asyncio.wait(
                    ends, timeout=STALLED_AFTER_S / 4, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            for end in ends:
                end.cancel()

    async def _write_through_sanic(self, request: Request, broadcast: Broadcast) -> None:
        response = await request.respond(headers=HEADERS, content_type=CONTENT_TYPE)
        loop = asyncio.get_running_loop()
        ends = [
            loop.create_task(_send_parts(response, broadcast, self._streams.traffic)),
            loop.create_task(_disconnected(request)),
            loop.create_task(self._streams.closing.wait()),
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)


async def _send_parts(response: BaseHTTPResponse, broadcast: Broadcast, traffic: Traffic) -> None:
    """Send until the client has gone, or has taken nothing for too long."""
    async with aclosing(broadcast.parts()) as parts:
        await response.send(PREAMBLE)
        async for part in parts:
            try:
                async with asyncio.timeout(STALLED_AFTER_S):
                    await response.send(b"".join(part.pieces))
            except (TimeoutError, RequestCancelled):
                return
            traffic.sent_bytes += part.size_bytes
            traffic.sent_parts += 1


async def _disconnected(request: Request) -> None:
    """Wait for the client of an ASGI server to leave; Sanic's own cancels the handler instead."""
    receive = getattr(request.transport, "receive", None)
    if receive is None:
        await asyncio.Event().wait()
    else:
        while (await receive())["type"] != "http.disconnect":
            pass
