"""``/ws/live``: the live picture as binary messages, as many as the client gives credit for."""

import asyncio
from typing import Annotated, Final

from msgspec import Meta, Struct
from sanic import Blueprint, Request

from camerad.accounts.roles import Role
from camerad.config.store import ConfigStore
from camerad.errors import CameradError, NotFound, Overloaded
from camerad.frames.cameras import Cameras
from camerad.http.gate import Gate
from camerad.http.limits import Limit, Limiter
from camerad.http.operation import Operation
from camerad.http.params import CAMERA, QUALITY
from camerad.http.websocket.handshake import SWITCHING_PROTOCOLS
from camerad.http.websocket.messages import Head, head_of, parse
from camerad.http.websocket.refusals import Refusals
from camerad.http.websocket.socket import WebSocket, until_closed
from camerad.http.websocket.sockets import Sockets
from camerad.stream.broadcast import Broadcast
from camerad.stream.part import Part
from camerad.stream.streams import Streams
from camerad.stream.traffic import Traffic

MAX_CREDIT: Final = 1000

LIVE: Final = Operation(
    summary="A WebSocket for the live picture",
    role=Role.VIEWER,
    limit=Limit.IMAGE,
    query=(QUALITY, CAMERA),
    status=SWITCHING_PROTOCOLS,
    errors=(NotFound, Overloaded),
)


class Credit(Struct, frozen=True, tag_field="type", tag="credit"):
    """Lets so many more pictures come; what goes beyond ``MAX_CREDIT`` is forgotten."""

    frames: Annotated[int, Meta(ge=1, le=MAX_CREDIT)]


class LiveSocket:
    """Serves /ws/live."""

    def __init__(
        self, sockets: Sockets, cameras: Cameras, streams: Streams, config: ConfigStore
    ) -> None:
        self._sockets = sockets
        self._cameras = cameras
        self._streams = streams
        self._config = config

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("live-websocket")
        gate.route(blueprint, LIVE, self.live, "/ws/live")
        return blueprint

    async def live(self, request: Request) -> None:
        quality = QUALITY.of(request) or self._config.current.stream.quality
        fed = self._cameras.get(CAMERA.of(request))
        with self._streams.opened(fed, quality) as broadcast:
            async with self._sockets.upgraded(request) as socket:
                limiter = Limiter(lambda: self._config.current.limits)
                await LiveSession(socket, broadcast, limiter, self._streams.traffic).run()


class LiveSession:
    """One client. Nothing is captured or encoded for it while it gives no credit."""

    def __init__(
        self, socket: WebSocket, broadcast: Broadcast, limiter: Limiter, traffic: Traffic
    ) -> None:
        self._socket = socket
        self._broadcast = broadcast
        self._limiter = limiter
        self._traffic = traffic
        self._refusals = Refusals(socket)
        self._credit = 0
        self._granted = asyncio.Event()
        self._newest: Part | None = None
        self._sent: Part | None = None
        self._arrived = asyncio.Event()

    async def run(self) -> None:
        """Until the client leaves, or has to."""
        await until_closed(self._show(), self._listen())

    async def _show(self) -> None:
        while True:
            await self._granted.wait()
            with self._broadcast.joined(self._keep):
                while self._credit:
                    part = await self._next_part()
                    self._credit -= 1
                    await self._socket.send_binary(part.jpeg)
                    self._traffic.sent_parts += 1
                    self._traffic.sent_bytes += len(part.jpeg)
            # A picture that came since will be old when there is credit again.
            self._newest = None
            self._arrived.clear()
            self._granted.clear()

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            head = Head()
            try:
                head = head_of(message)
                self._limiter.demand("", Limit.API)
                credit = parse(message, Credit)
            except CameradError as error:
                await self._refusals.refuse(error, head.id)
            else:
                self._refusals.forget()
                self._credit = min(self._credit + credit.frames, MAX_CREDIT)
                self._granted.set()

    def _keep(self, part: Part) -> None:
        """The newest part replaces one that waits; who joins anew is offered an old one first."""
        if part is not self._sent:
            self._traffic.skipped_parts += self._newest is not None
            self._newest = part
            self._arrived.set()

    async def _next_part(self) -> Part:
        await self._arrived.wait()
        self._arrived.clear()
        assert self._newest is not None
        self._sent, self._newest = self._newest, None
        return self._sent
