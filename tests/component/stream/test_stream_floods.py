"""Clients that want to do harm, or are just very many and very slow."""

import asyncio
import contextlib
import logging
import socket
import struct
import time

import pytest
import requests

from live_stream import LiveStream, resident_mib

logger = logging.getLogger(__name__)

HALVES = [
    b"",
    b"G",
    b"GET /image HTTP/1.1\r\nHost: localhost\r\n",
    b"POST /snapshot HTTP/1.1\r\nX: ",
]
IDLE_TIMEOUT_S = 15


def connect(daemon, *, send=b"", receive_bytes=4096):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    sock.settimeout(10)
    sock.connect(("127.0.0.1", daemon.http_port))
    if send:
        sock.sendall(send)
    return sock


def health_s(daemon):
    """How long /health takes to answer a client that comes now."""
    started_s = time.monotonic()
    answer = requests.get(f"{daemon.url}/health", timeout=5)
    assert answer.status_code == 200, answer.text
    return time.monotonic() - started_s


def closed(sock):
    """Whether the other end has closed it, without waiting."""
    sock.setblocking(False)
    try:
        while sock.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


@pytest.fixture
def opened():
    """A list of sockets to be closed after the test."""
    sockets = []
    yield sockets
    for sock in sockets:
        sock.close()


def flood(daemon, opened):
    """A thousand half-open connections; gives the times that /health took meanwhile."""
    times_s = []
    for number in range(1000):
        opened.append(connect(daemon, send=HALVES[number % len(HALVES)]))
        if number % 100 == 99:
            times_s.append(health_s(daemon))
    return times_s


def test_more_half_open_connections_than_are_allowed(serve, mjpeg_camera, opened):
    daemon = serve(mjpeg_camera())
    times_s = flood(daemon, opened)
    logger.info("/health within %.0f ms", 1000 * max(times_s))
    assert max(times_s) < 1
    assert sum(map(closed, opened)) >= 1000 - 512


def test_a_thousand_half_open_connections(serve, mjpeg_camera, opened):
    daemon = serve(mjpeg_camera(), "[network]\nmax_connections = 4096\n")
    health_s(daemon)
    before_mib = resident_mib(daemon.pid)
    times_s = flood(daemon, opened)
    grown_mib = resident_mib(daemon.pid) - before_mib
    assert grown_mib < 40
    # However they keep at it, a byte now and then, they are dropped after the head's time.
    half_heads = opened[2 :: len(HALVES)]
    deadline_s = time.monotonic() + IDLE_TIMEOUT_S * 1.5 + 2
    while not all(closed(sock) for sock in opened):
        assert time.monotonic() < deadline_s
        for sock in half_heads:
            with contextlib.suppress(OSError):
                sock.send(b"X")
        time.sleep(0.5)
        times_s.append(health_s(daemon))
    assert max(times_s) < 1
    logger.info("%+.1f MiB, /health within %.0f ms", grown_mib, 1000 * max(times_s))


def test_who_works_is_not_displaced_by_who_only_connects(serve, mjpeg_camera, opened):
    daemon = serve(mjpeg_camera(), "[network]\nmax_connections = 16\n")

    async def watch():
        async with LiveStream(daemon) as stream:
            await stream.part()
            for _ in range(40):
                opened.append(connect(daemon, send=b"GET / HTTP/1.1\r\nHost: localhost\r\n"))
            return [part.sequence async for part in stream.parts(1)]

    numbers = asyncio.run(watch())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_when_all_work_one_more_is_503(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera(), "[network]\nmax_connections = 8\n")
    streams = [LiveStream(daemon) for _ in range(6)]  # what one address may have
    for stream in streams:
        await stream.__aenter__()
        await stream.part()
    refused = await asyncio.to_thread(requests.get, f"{daemon.url}/health", timeout=5)
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "OVERLOADED"
    assert refused.headers["retry-after"] == "1"
    for stream in streams:
        await stream.__aexit__()
    await asyncio.sleep(0.5)
    assert await asyncio.to_thread(health_s, daemon) < 1


def test_two_hundred_slow_readers(serve, mjpeg_camera, opened):
    """Of streams and of pictures, each reading a little now and then."""
    daemon = serve(mjpeg_camera(), "[stream]\nmax_clients = 300\n")
    stream = f"GET /stream?token={daemon.token('viewer')} HTTP/1.0\r\n\r\n".encode()
    image = (
        f"GET /image?token={daemon.token('viewer')}&quality=%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    opened.append(connect(daemon, send=stream))
    time.sleep(0.5)
    before_mib = resident_mib(daemon.pid)
    opened += [connect(daemon, send=stream) for _ in range(150)]
    opened += [connect(daemon, send=(image % (50 + n)).encode()) for n in range(50)]
    times_s, sizes_mib = [], []
    for round_ in range(16):
        for sock in opened:
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.recv(2048)
        time.sleep(0.1)
        times_s.append(health_s(daemon))
        if round_ >= 8:
            sizes_mib.append(resident_mib(daemon.pid) - before_mib)
    logger.info("%+.1f MiB, /health within %.0f ms", max(sizes_mib), 1000 * max(times_s))
    assert max(times_s) < 1
    assert max(sizes_mib) < 40
    assert max(sizes_mib) - min(sizes_mib) < 4


def test_a_storm_of_resets(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera())
    stream = f"GET /stream?token={daemon.token('viewer')} HTTP/1.0\r\n\r\n".encode()
    for number in range(300):
        sock = connect(daemon, send=stream if number % 2 else stream[:20])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    assert health_s(daemon) < 3
    assert "ERROR" not in daemon.log()
