"""A WebSocket under an ASGI server."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from sanic.models.asgi import MockTransport
from websockets.frames import CloseCode

from camerad.http.websocket.socket import MAX_MESSAGE_BYTES, STALLED_AFTER_S, Closed

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

DENIAL: Final = "websocket.http.response"
"""The extension by which a handshake is answered in HTTP; without it, the server answers 403."""


class AsgiSocket:
    """Pings and the closing handshake are the server's business."""

    def __init__(self, transport: MockTransport) -> None:
        """``transport`` is that of an accepted handshake."""
        self._transport = transport
        self._open = True

    async def receive(self) -> str | bytes:
        message = await self._transport.receive() if self._open else {"type": ""}
        if message["type"] != "websocket.receive":
            self._open = False
            raise Closed
        text: str | None = message.get("text")
        received: str | bytes = message["bytes"] if text is None else text
        if len(received) > MAX_MESSAGE_BYTES:
            await self.close(CloseCode.MESSAGE_TOO_BIG)
            raise Closed
        return received

    async def send_text(self, message: bytes) -> None:
        await self._send({"type": "websocket.send", "text": message.decode()})

    async def send_binary(self, message: bytes) -> None:
        await self._send({"type": "websocket.send", "bytes": message})

    async def close(self, code: int, reason: str = "") -> None:
        if self._open:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
            self._open = False

    def keep_alive(self) -> None:
        """Nothing: the server does it."""

    async def _send(self, message: Message) -> None:
        if not self._open:
            raise Closed
        try:
            async with asyncio.timeout(STALLED_AFTER_S):
                await self._transport.send(message)
        except (OSError, TimeoutError):
            self._open = False
            raise Closed from None


def with_denials(app: Application) -> Application:
    """Let the answers of ``app`` to handshakes that it refuses reach the client.

    Sanic writes them as to any request, which ASGI does not take on a WebSocket.
    """

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await app(scope, receive, send)
            return
        extended = DENIAL in scope.get("extensions", {})

        async def send_denial(message: Message) -> None:
            if not message["type"].startswith("http.response."):
                await send(message)
            elif extended:
                await send(_denial(message))
            elif message["type"] == "http.response.start":
                await send({"type": "websocket.close"})

        await app(scope, receive, send_denial)

    return serve


def _denial(message: Message) -> Message:
    denial = {**message, "type": f"websocket.{message['type']}"}
    if "headers" in message:
        denial["headers"] = list(message["headers"])
    return denial
