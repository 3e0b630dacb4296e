"""WebSockets under an ASGI server."""

import asyncio
from types import SimpleNamespace

import pytest

from camerad.http.websocket import asgi
from camerad.http.websocket.asgi import AsgiSocket, with_denials
from camerad.http.websocket.socket import MAX_MESSAGE_BYTES, Closed


class Server:
    """The server's end: what it gives, and what it gets."""

    def __init__(self, *messages):
        self.messages = list(messages)
        self.sent = []
        self.fault = None

    async def receive(self):
        return self.messages.pop(0)

    async def send(self, message):
        if self.fault:
            raise self.fault
        self.sent.append(message)


def socket_of(server):
    return AsgiSocket(SimpleNamespace(receive=server.receive, send=server.send))


@pytest.mark.parametrize(
    ("message", "received"),
    [
        ({"text": "x"}, "x"),
        ({"bytes": b"x"}, b"x"),
        ({"text": None, "bytes": b"x"}, b"x"),
        ({"text": "", "bytes": None}, ""),
    ],
)
async def test_messages_arrive(message, received):
    assert await socket_of(Server({"type": "websocket.receive", **message})).receive() == received


async def test_messages_are_sent():
    server = Server()
    await socket_of(server).send_text("ä".encode())
    await socket_of(server).send_binary(b"\xff")
    assert server.sent == [
        {"type": "websocket.send", "text": "ä"},
        {"type": "websocket.send", "bytes": b"\xff"},
    ]


async def test_a_client_that_has_left_is_gone():
    socket = socket_of(server := Server({"type": "websocket.disconnect", "code": 1001}))
    for _ in range(2):
        with pytest.raises(Closed):
            await socket.receive()
    with pytest.raises(Closed):
        await socket.send_text(b"x")
    await socket.close(1000)
    assert server.sent == []


async def test_a_message_that_is_too_large_ends_it():
    message = {"type": "websocket.receive", "bytes": bytes(MAX_MESSAGE_BYTES + 1)}
    with pytest.raises(Closed):
        await socket_of(server := Server(message)).receive()
    assert [(sent["type"], sent["code"]) for sent in server.sent] == [("websocket.close", 1009)]


async def test_closing_once_is_enough():
    socket = socket_of(server := Server())
    for _ in range(2):
        await socket.close(1008, "why")
    assert server.sent == [{"type": "websocket.close", "code": 1008, "reason": "why"}]


async def test_who_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(asgi, "STALLED_AFTER_S", 0.01)
    transport = SimpleNamespace(send=lambda _message: asyncio.sleep(60))
    with pytest.raises(Closed):
        await AsgiSocket(transport).send_binary(b"x")


async def test_a_connection_that_breaks_is_closed():
    socket = socket_of(server := Server())
    server.fault = ConnectionResetError()
    with pytest.raises(Closed):
        await socket.send_text(b"x")


ANSWER = (
    {"type": "http.response.start", "status": 401, "headers": iter([(b"a", b"b")])},
    {"type": "http.response.body", "body": b"no"},
)


async def served(scope, *messages):
    async def app(_scope, _receive, send):
        for message in messages:
            await send(message)

    server = Server()
    await with_denials(app)(scope, server.receive, server.send)
    return server.sent


async def test_a_refused_handshake_is_answered_in_http():
    scope = {"type": "websocket", "extensions": {"websocket.http.response": {}}}
    assert await served(scope, *ANSWER) == [
        {"type": "websocket.http.response.start", "status": 401, "headers": [(b"a", b"b")]},
        {"type": "websocket.http.response.body", "body": b"no"},
    ]


async def test_a_server_that_cannot_answers_in_its_own_words():
    assert await served({"type": "websocket"}, *ANSWER) == [{"type": "websocket.close"}]


@pytest.mark.parametrize("type_", ["http", "lifespan"])
async def test_all_else_is_left_alone(type_):
    assert await served({"type": type_}, *ANSWER) == list(ANSWER)


async def test_what_an_open_websocket_sends_is_left_alone():
    messages = [{"type": "websocket.accept"}, {"type": "websocket.send", "text": "x"}]
    assert await served({"type": "websocket"}, *messages) == messages
