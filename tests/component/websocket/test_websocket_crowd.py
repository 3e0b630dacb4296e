"""Two hundred subscribers, and some that do not read."""

import asyncio
import json
import logging
import os
import socket
import time
from contextlib import AsyncExitStack, ExitStack

import pytest
from websockets.asyncio.client import connect

from live_stream import resident_mib

SUBSCRIBERS = 200

logger = logging.getLogger(__name__)


class Crowd:
    """Subscribers of the state's changes, and one client more that makes them."""

    def __init__(self, daemon):
        self._daemon = daemon
        self._stack = AsyncExitStack()

    async def __aenter__(self):
        await self._stack.__aenter__()
        self._changer = await self.join("operator")
        await self._changer.send('{"type": "get_state"}')
        self._rate = json.loads(await self._changer.recv())["state"]["camera.framerate"]
        self.members = [await self.join("viewer") for _ in range(SUBSCRIBERS)]
        for member in self.members:
            await member.send('{"type": "subscribe", "event": "state_changes", "id": 1}')
            assert json.loads(await member.recv())["type"] == "response"
        return self

    async def __aexit__(self, *details):
        await self._stack.__aexit__(*details)

    async def join(self, role):
        url = f"ws://127.0.0.1:{self._daemon.http_port}/ws"
        headers = self._daemon.headers(role)
        opening = connect(url, additional_headers=headers, proxy=None, ping_interval=None)
        return await self._stack.enter_async_context(opening)

    async def change(self):
        """Have something changed; gives how long it took until the last member knew."""
        self._rate = self._rate % 30 + 1
        wish = {"type": "set_parameter", "parameter": "camera.framerate", "value": self._rate}
        started_s = time.monotonic()
        await self._changer.send(json.dumps(wish))
        times_s = await asyncio.gather(*[self._hears(member) for member in self.members])
        return max(times_s) - started_s

    async def _hears(self, member):
        async with asyncio.timeout(10):
            message = json.loads(await member.recv())
        heard_s = time.monotonic()
        assert message == {
            "type": "state_update",
            "parameter": "camera.framerate",
            "value": self._rate,
        }
        return heard_s


def open_and_never_read(daemon, role="admin"):
    """A subscriber that asks for more than it ever reads, with buffers as small as can be."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", daemon.http_port))
    sock.sendall(
        (
            f"GET /ws?token={daemon.token(role)} HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()
    )
    assert sock.recv(4096).startswith(b"HTTP/1.1 101 ")
    for text in (b'{"type":"subscribe","event":"state_changes"}', *[b'{"type":"get_state"}'] * 800):
        sock.send(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)
    sock.setblocking(False)
    return sock


def is_cut_off(sock):
    """Whether the server has reset the connection: told once, and without reading."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


@pytest.fixture
def roomy(unlimited):
    return unlimited()


@pytest.fixture
def deaf(roomy):
    """Ten that never read."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_and_never_read(roomy)) for _ in range(10)]


async def test_a_change_reaches_all_in_no_time(roomy):
    async with Crowd(roomy) as crowd:
        times_s = [await crowd.change() for _ in range(10)]
    times_s.sort()
    logger.info("All knew after %.0f to %.0f ms", 1e3 * times_s[0], 1e3 * times_s[-1])
    assert times_s[len(times_s) // 2] < 0.5  # 0.1 on a machine that does nothing else


async def test_who_does_not_read_is_cut_off_and_all_others_hear_everything(roomy, deaf):
    async with Crowd(roomy) as crowd:
        before_mib = resident_mib(roomy.pid)
        started_s = time.monotonic()
        while reading := [sock for sock in deaf if not is_cut_off(sock)]:
            assert await crowd.change() < 1
            assert resident_mib(roomy.pid) < before_mib + 16
            assert time.monotonic() - started_s < 30, len(reading)
            await asyncio.sleep(0.1)
            deaf = reading
        logger.info("Cut off after %.1f s", time.monotonic() - started_s)
    assert "Traceback" not in roomy.log()


async def test_clients_that_come_and_go_leave_nothing_behind(roomy):
    def descriptors():
        return len(os.listdir(f"/proc/{roomy.pid}/fd"))

    before = None
    for _ in range(4):
        async with Crowd(roomy) as crowd:
            await crowd.change()
        async with asyncio.timeout(5):
            while before is not None and descriptors() > before[0]:
                await asyncio.sleep(0.05)
        before = before or (descriptors(), resident_mib(roomy.pid))
    assert resident_mib(roomy.pid) < before[1] + 8


@pytest.mark.usefixtures("deaf")
async def test_the_device_stops_in_time(roomy):
    async with Crowd(roomy) as crowd:
        started_s = time.monotonic()
        assert await asyncio.to_thread(roomy.stop) == 0
        assert time.monotonic() - started_s < 2
        for member in crowd.members:
            await member.wait_closed()
            assert member.close_code == 1001
