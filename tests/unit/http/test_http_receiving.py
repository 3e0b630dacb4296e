import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from sanic.exceptions import RequestCancelled, RequestTimeout

from camerad.http import receiving
from camerad.http.receiving import BATCH_BYTES, receive


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1, "taking") as threads:
        yield threads


class Taker:
    """Remembers what it has been given, and by which threads."""

    def __init__(self):
        self.pieces = []
        self.threads = set()

    def __call__(self, data):
        self.pieces.append(data)
        self.threads.add(threading.current_thread().name)


@pytest.fixture
def taker():
    return Taker()


class Connection:
    """Hands over what has `arrived`, and a socket with so much more of the body."""

    def __init__(self, sock, arrived, unread_bytes):
        self.socket = sock
        self.arrived = arrived
        self.left = len(arrived) + unread_bytes

    def unread_body(self):
        return self.left

    def hand_over_body(self):
        self.left -= len(self.arrived)
        return self.arrived, self.socket.dup()

    def take_back_body(self, unread_bytes):
        self.left = unread_bytes


async def pieces(*pieces):
    for piece in pieces:
        yield piece


@pytest.fixture
def client():
    """The client's end of a connection; `client.other` is the daemon's."""
    client, other = socket.socketpair()
    other.setblocking(False)
    yield SimpleNamespace(socket=client, other=other)
    client.close()
    other.close()


@pytest.fixture
def receive_from(monkeypatch, threads, taker):
    """Receive a body of which Sanic brings these pieces, and the connection the rest."""

    async def run(connection, *first):
        monkeypatch.setattr(receiving, "plain_connection", lambda _request: connection)
        await receive(SimpleNamespace(stream=pieces(*first)), threads, taker)

    return run


async def test_small_pieces_go_to_the_thread_together(receive_from, taker):
    await receive_from(None, *[b"x" * 1000] * 3000)
    assert [len(piece) for piece in taker.pieces] == [1_049_000, 1_049_000, 902_000]
    assert all(name.startswith("taking") for name in taker.threads)


async def test_nothing_is_nothing(receive_from, taker):
    await receive_from(None)
    assert taker.pieces == []


async def test_the_rest_is_read_from_the_socket_up_to_its_end(receive_from, taker, client):
    size = 3 * BATCH_BYTES
    connection = Connection(client.other, b"arrived ", size)
    sender = threading.Thread(target=client.socket.sendall, args=(b"x" * size + b"next request",))
    sender.start()
    await receive_from(connection, b"first ")
    sender.join()
    assert b"".join(taker.pieces) == b"first arrived " + b"x" * size
    assert connection.left == 0
    assert client.other.recv(100) == b"next request"


async def test_a_client_that_leaves(receive_from, taker, client):
    client.socket.sendall(b"half")
    client.socket.close()
    connection = Connection(client.other, b"", 8)
    with pytest.raises(RequestCancelled):
        await receive_from(connection, b"first ")
    assert b"".join(taker.pieces) == b"first half"
    assert connection.left == 4


async def test_a_client_that_stalls(receive_from, client, monkeypatch):
    monkeypatch.setattr(receiving, "STALLED_AFTER_S", 0.01)
    with pytest.raises(RequestTimeout):
        await receive_from(Connection(client.other, b"", 8), b"first ")


async def test_what_is_left_after_a_refusal_is_known(monkeypatch, threads, client):
    connection = Connection(client.other, b"", 100)
    monkeypatch.setattr(receiving, "plain_connection", lambda _request: connection)
    client.socket.sendall(b"x" * 60)

    def refuse_the_second(data):
        if data != b"first":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await receive(SimpleNamespace(stream=pieces(b"first")), threads, refuse_the_second)
    assert connection.left == 40


async def test_a_cancellation_ends_the_waiting_for_the_client(receive_from, taker, client):
    connection = Connection(client.other, b"", 100)
    task = asyncio.create_task(receive_from(connection, b"first"))
    while not taker.pieces:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    assert connection.left == 100
