"""All open WebSockets."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from sanic import Request
from websockets.frames import CloseCode

from camerad.errors import Overloaded
from camerad.http.auth import Authenticator, Credential
from camerad.http.websocket.handshake import upgrade
from camerad.http.websocket.socket import Closed, WebSocket

CHECK_INTERVAL_S: Final = 3.0
"""How soon a client is gone whose token was revoked, or who is not there any more."""

logger = logging.getLogger(__name__)


class Sockets:
    """Opens WebSockets up to a cap, and looks after all of them with one timer."""

    def __init__(self, authenticator: Authenticator, max_sockets: Callable[[], int]) -> None:
        self.clients = 0
        self._authenticator = authenticator
        self._max_sockets = max_sockets
        self._open: dict[WebSocket, Credential] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._dismissals: set[asyncio.Task[None]] = set()
        self._closing = False

    @asynccontextmanager
    async def upgraded(self, request: Request) -> AsyncIterator[WebSocket]:
        """The WebSocket that a request becomes which has passed the gate; ``Closed`` ends here.

        Raises ``Overloaded`` above the cap, and what ``upgrade`` raises.
        """
        most = self._max_sockets()
        if self._closing or self.clients >= most:
            raise Overloaded("Too many WebSockets are open", f"At most {most} at a time")
        self.clients += 1
        try:
            socket = await upgrade(request)
            with self._looked_after(socket, request):
                code = CloseCode.NORMAL_CLOSURE
                try:
                    yield socket
                except Closed:
                    pass
                except Exception:
                    logger.exception("%s failed", request.path)
                    code = CloseCode.INTERNAL_ERROR
                await socket.close(code)
        finally:
            self.clients -= 1

    def admits(self, socket: WebSocket) -> bool:
        """Whether the credentials that it was opened with still hold."""
        return self._authenticator.holds(self._open[socket])

    async def close(self) -> None:
        """Say goodbye to all: the daemon stops."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        goodbyes = [socket.close(CloseCode.GOING_AWAY, "The device stops") for socket in self._open]
        await asyncio.gather(*goodbyes, return_exceptions=True)

    @contextmanager
    def _looked_after(self, socket: WebSocket, request: Request) -> Iterator[None]:
        self._open[socket] = self._authenticator.credential(request)
        if self._timer is None:
            self._set_timer()
        try:
            yield
        finally:
            del self._open[socket]

    def _set_timer(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(CHECK_INTERVAL_S, self._check)

    def _check(self) -> None:
        self._timer = None
        holds = {each: self._authenticator.holds(each) for each in set(self._open.values())}
        for socket, credential in self._open.items():
            if holds[credential]:
                socket.keep_alive()
            else:
                self._dismiss(socket)
        if self._open:
            self._set_timer()

    def _dismiss(self, socket: WebSocket) -> None:
        goodbye = socket.close(CloseCode.POLICY_VIOLATION, "The credentials do not hold any more")
        task = asyncio.ensure_future(goodbye)
        self._dismissals.add(task)
        task.add_done_callback(self._dismissals.discard)
