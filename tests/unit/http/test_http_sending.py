import asyncio
import logging
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from camerad.http import sending
from camerad.http.ranges import Span
from camerad.http.sending import CHUNK_BYTES, FileSender, Head
from camerad.http.takeover import Takeover

HEAD = Head(200, {"content-length": "0"}, "text/plain")
HEAD_BYTES = b"head\r\n\r\n"
SIZE = 3_000_000


@pytest.fixture
def sender():
    with ThreadPoolExecutor(2) as threads:
        yield FileSender(threads)


@pytest.fixture
def content():
    return os.urandom(SIZE)


@pytest.fixture
def descriptor(tmp_path, content):
    path = tmp_path / "f"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def connection(monkeypatch):
    """A connection that is taken over; `connection.client` is its other end."""
    client, other = socket.create_server(("127.0.0.1", 0)), socket.socket()
    other.connect(client.getsockname())
    accepted, _ = client.accept()
    client.close()
    other.setblocking(False)
    connection = SimpleNamespace(client=accepted, takeover=Takeover(other, HEAD_BYTES))

    @asynccontextmanager
    async def taken_over(_request, _connection, _answer):
        yield connection.takeover

    monkeypatch.setattr(sending, "plain_connection", lambda _request: connection)
    monkeypatch.setattr(sending, "taken_over", taken_over)
    yield connection
    accepted.close()
    other.close()


def read_all(sock, size):
    data = b""
    while len(data) < size:
        chunk = sock.recv(1 << 20)
        assert chunk
        data += chunk
    return data


@pytest.mark.parametrize("span", [Span(0, SIZE), Span(0, 1), Span(SIZE - 1, 1), Span(7, 70_000)])
async def test_the_head_and_just_these_bytes(sender, connection, descriptor, content, span):
    reading = asyncio.to_thread(read_all, connection.client, len(HEAD_BYTES) + span.length)
    data, _ = await asyncio.gather(reading, sender.send(None, HEAD, descriptor, span))
    assert data == HEAD_BYTES + content[span.start : span.start + span.length]
    assert connection.takeover.whole


async def test_a_client_that_reads_nothing_is_given_up(
    sender, connection, descriptor, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(sending, "STALLED_AFTER_S", 0.05)
    connection.takeover.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    connection.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    with pytest.raises(asyncio.CancelledError):
        await sender.send(None, HEAD, descriptor, Span(0, SIZE))
    assert not connection.takeover.whole
    assert "ended early" in caplog.text


async def test_a_client_that_leaves(sender, connection, descriptor):
    connection.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.client.close()
    with pytest.raises(asyncio.CancelledError):
        await sender.send(None, HEAD, descriptor, Span(0, SIZE))
    assert not connection.takeover.whole


async def test_a_file_that_is_cut_off_meanwhile(sender, connection, descriptor, tmp_path, caplog):
    os.truncate(tmp_path / "f", 10)
    with pytest.raises(asyncio.CancelledError):
        await sender.send(None, HEAD, descriptor, Span(0, SIZE))
    assert not connection.takeover.whole
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert read_all(connection.client, len(HEAD_BYTES) + 10)


class Response:
    """What Sanic gives for a request; may be too full to take anything."""

    def __init__(self):
        self.sent = []
        self.full = False

    async def send(self, data):
        if self.full:
            await asyncio.Event().wait()
        self.sent.append(data)


@pytest.fixture
def through_sanic(monkeypatch):
    """A request of another server, and the response that it gives."""
    response = Response()

    async def respond(made):
        response.made = made
        return response

    monkeypatch.setattr(sending, "plain_connection", lambda _request: None)
    return SimpleNamespace(respond=respond), response


async def test_through_sanic_it_goes_in_chunks(sender, through_sanic, descriptor, content):
    request, response = through_sanic
    await sender.send(request, HEAD, descriptor, Span(5, SIZE - 5))
    assert b"".join(response.sent) == content[5:]
    assert max(map(len, response.sent)) == CHUNK_BYTES
    assert (response.made.status, response.made.content_type) == (200, "text/plain")


async def test_through_sanic_a_stalled_client_is_given_up(
    sender, through_sanic, descriptor, monkeypatch
):
    request, response = through_sanic
    monkeypatch.setattr(sending, "STALLED_AFTER_S", 0.01)
    response.full = True
    with pytest.raises(asyncio.CancelledError):
        await sender.send(request, HEAD, descriptor, Span(0, SIZE))
