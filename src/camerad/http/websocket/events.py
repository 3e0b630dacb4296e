"""``/ws``: events, state and commands."""

from typing import Final

from sanic import Blueprint, Request

from camerad.accounts.roles import Role
from camerad.config.store import ConfigStore
from camerad.errors import Overloaded
from camerad.events.bus import Bus
from camerad.http.gate import Gate
from camerad.http.limits import Limit, Limiter
from camerad.http.operation import Operation
from camerad.http.websocket.handshake import SWITCHING_PROTOCOLS
from camerad.http.websocket.session import Session
from camerad.http.websocket.sockets import Sockets
from camerad.http.websocket.verbs import Client, Verbs

EVENTS: Final = Operation(
    summary="A WebSocket for events, state and commands",
    role=Role.VIEWER,
    limit=Limit.API,
    status=SWITCHING_PROTOCOLS,
    errors=(Overloaded,),
)


class Events:
    """Opens a session for each client."""

    def __init__(self, sockets: Sockets, bus: Bus, verbs: Verbs, config: ConfigStore) -> None:
        self._sockets = sockets
        self._bus = bus
        self._verbs = verbs.table()
        self._config = config

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("events")
        gate.route(blueprint, EVENTS, self.events, "/ws")
        return blueprint

    async def events(self, request: Request) -> None:
        async with self._sockets.upgraded(request) as socket:
            with self._bus.subscribed() as subscriber:
                session = Session(
                    socket,
                    Client(request.ctx.principal, subscriber),
                    self._verbs,
                    Limiter(lambda: self._config.current.limits),
                    lambda: self._sockets.admits(socket),
                )
                await session.run()
