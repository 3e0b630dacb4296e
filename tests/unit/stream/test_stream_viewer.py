"""One client on a real TCP connection."""

import asyncio
import os
import socket
import struct

import pytest

from camerad.frames.picture import Jpeg
from camerad.stream.part import Part, part_of
from camerad.stream.traffic import Traffic
from camerad.stream.viewer import Viewer

LARGE_BYTES = 1_000_000


@pytest.fixture
def pair():
    """Both ends of a connection whose kernel buffers are small."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        theirs = socket.socket()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        theirs.connect(server.getsockname())
        ours, _ = server.accept()
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def gone():
    """One entry for each time that the viewer says so."""
    return []


@pytest.fixture
def traffic():
    return Traffic()


@pytest.fixture
async def viewer(pair, gone, traffic):
    viewer = Viewer(pair[0], lambda: gone.append(True), traffic)
    yield viewer
    viewer.close()


def part(number, size_bytes=100):
    filler = os.urandom(8) * (size_bytes // 8)
    return part_of(Jpeg(filler, 8, 8), 0.0, number)


def whole(*parts: Part) -> bytes:
    return b"".join(piece for part in parts for piece in part.pieces)


async def received(sock, size_bytes):
    async with asyncio.timeout(10):
        loop = asyncio.get_running_loop()
        data = b""
        while len(data) < size_bytes:
            data += await loop.sock_recv(sock, 65536)
    return data


async def test_a_part_goes_out_at_once(viewer, pair, traffic):
    small = part(1)
    viewer.offer(small)
    assert pair[1].recv(4096) == whole(small)
    assert traffic.sent_bytes == small.size_bytes


async def test_small_parts_all_arrive(viewer, pair, traffic):
    parts = [part(number) for number in range(20)]
    for each in parts:
        viewer.offer(each)
    assert await received(pair[1], len(whole(*parts))) == whole(*parts)
    assert traffic.skipped_parts == 0


async def test_a_part_larger_than_every_buffer_arrives_whole(viewer, pair, traffic):
    large = part(1, LARGE_BYTES)
    viewer.offer(large)
    assert 0 < traffic.sent_bytes < large.size_bytes
    assert await received(pair[1], large.size_bytes) == whole(large)


async def test_a_slow_reader_skips_whole_parts_and_then_gets_the_newest(viewer, pair, traffic):
    parts = [part(number, LARGE_BYTES) for number in range(6)]
    for each in parts:
        viewer.offer(each)
    expected = whole(parts[0], parts[-1])
    assert await received(pair[1], len(expected)) == expected
    assert traffic.skipped_parts == 4
    viewer.offer(last := part(6))
    assert await received(pair[1], last.size_bytes) == whole(last)


async def test_who_does_not_read_costs_two_parts(viewer, traffic):
    parts = [part(number, LARGE_BYTES) for number in range(3)]
    viewer.offer(parts[0])
    taken = traffic.sent_bytes
    for number in range(200):
        viewer.offer(parts[number % 3])
        await asyncio.sleep(0)
    assert traffic.sent_bytes - taken <= 64 * 1024  # what the kernels still took
    assert {viewer._sending, viewer._next} == {parts[0], parts[199 % 3]}


@pytest.mark.parametrize("size_bytes", [100, LARGE_BYTES], ids=["small", "large"])
async def test_a_reset_is_told_once(viewer, pair, gone, size_bytes):
    viewer.offer(part(1, size_bytes))
    pair[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    pair[1].close()
    async with asyncio.timeout(5):
        while not gone:
            viewer.offer(part(2))
            await asyncio.sleep(0.01)
    for _ in range(3):
        viewer.offer(part(3))
        await asyncio.sleep(0.01)
    assert gone == [True]


async def test_after_close_the_socket_is_left_alone(viewer, pair, gone, traffic):
    viewer.offer(part(1, LARGE_BYTES))
    viewer.close()
    sent = traffic.sent_bytes
    async with asyncio.timeout(5):
        while len(await asyncio.get_running_loop().sock_recv(pair[1], 65536)) == 65536:
            pass
    await asyncio.sleep(0.01)
    assert traffic.sent_bytes == sent
    assert pair[0].fileno() >= 0
    assert gone == []


async def test_progress_is_when_the_client_last_took_something(viewer, pair):
    viewer.offer(part(1, LARGE_BYTES))
    stuck_at_s = None
    while stuck_at_s != viewer.progress_at_s:
        stuck_at_s = viewer.progress_at_s
        await asyncio.sleep(0.05)
    viewer.offer(part(2))
    assert viewer.progress_at_s == stuck_at_s
    await received(pair[1], LARGE_BYTES)
    assert viewer.progress_at_s > stuck_at_s + 0.05


@pytest.mark.usefixtures("viewer")
async def test_the_kernel_holds_little_of_what_is_not_on_the_wire(pair, traffic):
    held = pair[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT)
    assert held == 64 * 1024
    assert traffic.sent_bytes == 0
