"""From a request to an open WebSocket."""

from typing import Final

from sanic import Request
from sanic.headers import format_http1_response
from sanic.models.asgi import MockTransport
from websockets import http11
from websockets.datastructures import Headers
from websockets.protocol import State
from websockets.server import ServerProtocol

from camerad.errors import InvalidRequest
from camerad.http.answers import HandedOver
from camerad.http.connection import Connection
from camerad.http.websocket.asgi import AsgiSocket
from camerad.http.websocket.server import ServerSocket
from camerad.http.websocket.socket import MAX_MESSAGE_BYTES, WebSocket

SWITCHING_PROTOCOLS: Final = 101


async def upgrade(request: Request) -> WebSocket:
    """Take the handshake.

    Raises ``InvalidRequest`` if it is none. Whose page asks has been looked at before.
    """
    transport: object = request.transport
    if isinstance(transport, MockTransport) and transport.scope["type"] == "websocket":
        return await _accept(request, transport)
    connection: object = None if isinstance(transport, MockTransport) else request.protocol
    wanted = request.method == "GET" and "upgrade" in request.headers
    if not wanted or not isinstance(connection, Connection):
        raise InvalidRequest("This is a WebSocket", "Open it with a WebSocket client")
    return await _switch(request, connection)


async def _switch(request: Request, connection: Connection) -> ServerSocket:
    protocol = ServerProtocol(max_size=MAX_MESSAGE_BYTES, state=State.OPEN)
    handshake = protocol.accept(http11.Request(request.path, Headers(request.headers.items())))
    if handshake.status_code != SWITCHING_PROTOCOLS:
        why = str(protocol.handshake_exc)
        raise InvalidRequest("The WebSocket handshake is not valid", why)
    answer = HandedOver(SWITCHING_PROTOCOLS, dict(handshake.headers.raw_items()))
    response = await request.respond(answer)
    assert connection.transport is not None
    socket = ServerSocket(connection.transport, protocol)
    arrived = connection.switch(socket)
    connection.transport.write(
        format_http1_response(SWITCHING_PROTOCOLS, response.processed_headers)
    )
    socket.data_received(arrived)
    return socket


async def _accept(request: Request, transport: MockTransport) -> AsgiSocket:
    # That somebody wants to connect has been received: Sanic took it for an empty body.
    response = await request.respond(HandedOver(SWITCHING_PROTOCOLS, {}))
    headers = list(response.processed_headers)
    await transport.send({"type": "websocket.accept", "headers": headers})
    return AsgiSocket(transport)
