"""All WebSockets together: how many there may be, and who may stay."""

import asyncio
from types import SimpleNamespace

import pytest
from websocket_doubles import settle

from camerad.errors import InvalidRequest, Overloaded
from camerad.http.websocket import sockets as module
from camerad.http.websocket.socket import Closed
from camerad.http.websocket.sockets import Sockets


class Authenticator:
    """A request's credential is its path, and holds until a test takes it away."""

    def __init__(self):
        self.revoked = set()
        self.asked = []

    def credential(self, request):
        return request.path

    def holds(self, credential):
        self.asked.append(credential)
        return credential not in self.revoked


class Socket:
    def __init__(self):
        self.closed_with = []
        self.kept_alive = 0

    async def close(self, code, _reason=""):
        self.closed_with.append(code)

    def keep_alive(self):
        self.kept_alive += 1


@pytest.fixture
def authenticator():
    return Authenticator()


@pytest.fixture
def sockets(authenticator, monkeypatch):
    async def upgrade(request):
        if isinstance(request.socket, Exception):
            raise request.socket
        return request.socket

    monkeypatch.setattr(module, "upgrade", upgrade)
    monkeypatch.setattr(module, "CHECK_INTERVAL_S", 0.01)
    return Sockets(authenticator, lambda: 2)


def request(path="/ws", socket=None):
    return SimpleNamespace(path=path, socket=socket or Socket())


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_one_more_than_the_cap_is_refused(sockets):
    async with sockets.upgraded(request()), sockets.upgraded(request()):
        assert sockets.clients == 2
        with pytest.raises(Overloaded, match="Too many"):
            async with sockets.upgraded(request()):
                pass
    async with sockets.upgraded(request()):
        assert sockets.clients == 1


async def test_a_failed_handshake_takes_no_place(sockets):
    for _ in range(5):
        with pytest.raises(InvalidRequest):
            async with sockets.upgraded(request(socket=InvalidRequest("no handshake"))):
                pass
    assert sockets.clients == 0


async def test_the_end_of_a_session_closes(sockets):
    async with sockets.upgraded(request()) as socket:
        pass
    assert socket.closed_with == [1000]


async def test_a_client_that_has_left_is_no_error(sockets, caplog):
    async with sockets.upgraded(request()) as socket:
        raise Closed
    assert socket.closed_with == [1000]
    assert caplog.text == ""


async def test_a_bug_is_logged_and_closes(sockets, caplog):
    async with sockets.upgraded(request("/ws/live")) as socket:
        raise ZeroDivisionError
    assert socket.closed_with == [1011]
    assert "/ws/live failed" in caplog.text


async def test_who_may_stay_is_kept_alive(sockets):
    async with sockets.upgraded(request()) as socket:
        await until(lambda: socket.kept_alive >= 3)
        assert sockets.admits(socket)
        assert socket.closed_with == []


async def test_whose_credential_has_ended_is_sent_away(sockets, authenticator):
    async with sockets.upgraded(request("/a")) as leaves, sockets.upgraded(request("/b")) as stays:
        authenticator.revoked.add("/a")
        assert not sockets.admits(leaves)
        await until(lambda: leaves.closed_with)
        assert leaves.closed_with[0] == 1008
        await until(lambda: stays.kept_alive >= 3)
        assert stays.closed_with == []


async def test_a_credential_that_is_shared_is_looked_up_once(sockets, authenticator):
    async with sockets.upgraded(request()) as first, sockets.upgraded(request()) as second:
        await until(lambda: min(first.kept_alive, second.kept_alive) >= 3)
        assert len(authenticator.asked) == first.kept_alive


async def test_nobody_there_and_no_timer(sockets):
    async with sockets.upgraded(request()):
        pass
    await until(lambda: sockets._timer is None)


async def test_the_device_stops(sockets):
    async with sockets.upgraded(request()) as first, sockets.upgraded(request()) as second:
        await sockets.close()
        assert first.closed_with == second.closed_with == [1001]
    with pytest.raises(Overloaded):
        async with sockets.upgraded(request()):
            pass
    before = first.kept_alive
    await asyncio.sleep(0.03)
    await settle()
    assert first.kept_alive == before
