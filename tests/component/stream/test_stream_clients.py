"""Clients of every kind on /stream, in front of a camera that makes JPEGs."""

import asyncio
import json
import logging
import subprocess
import time
from itertools import pairwise

import pytest
import requests

from live_stream import LiveStream, cpu_s, resident_mib

logger = logging.getLogger(__name__)


def status(daemon):
    return requests.get(
        f"{daemon.url}/api/camera/status", headers=daemon.headers("viewer"), timeout=10
    ).json()


async def test_the_cameras_own_bytes_are_passed_on(serve, mjpeg_camera, pictures):
    own = {path.read_bytes() for path in pictures.iterdir()}
    seen = set()
    async with LiveStream(serve(mjpeg_camera())) as stream:
        while seen != own:  # a busy machine skips some
            jpeg = (await stream.part()).jpeg
            assert jpeg in own
            seen.add(jpeg)


async def test_every_part_tells_when_and_which(serve, mjpeg_camera):
    async with LiveStream(serve(mjpeg_camera())) as stream:
        parts = [await stream.part() for _ in range(10)]
    for part in parts:
        assert part.headers["Content-Type"] == "image/jpeg"
        assert -0.1 < time.time() - part.timestamp < 2
    gaps = [later.timestamp - earlier.timestamp for earlier, later in pairwise(parts)]
    assert gaps == pytest.approx([1 / 30] * 9, abs=0.005)
    head = stream.head.lower()
    assert b"content-type: multipart/x-mixed-replace; boundary=camerad-frame\r\n" in head
    assert b"cache-control: no-store\r\n" in head
    assert b"content-length" not in head
    assert b"transfer-encoding" not in head


async def test_another_quality_is_encoded_anew(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera())
    async with LiveStream(daemon, "&quality=20") as low, LiveStream(daemon) as own:
        small, large = await low.part(), await own.part()
    assert len(small.jpeg) < len(large.jpeg) / 2


async def test_the_camera_streams_only_while_somebody_looks(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera(), "[camera]\nlinger = 0.3\n")
    assert not status(daemon)["streaming"]
    async with LiveStream(daemon) as stream:
        await stream.part()
        assert status(daemon)["streaming"]
    deadline_s = time.monotonic() + 3
    while status(daemon)["streaming"]:
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)  # what the start has put off is over
    used_s = cpu_s(daemon.pid)
    await asyncio.sleep(1)
    assert cpu_s(daemon.pid) - used_s < 0.025  # the kernel counts in hundredths


async def test_one_client_too_many_is_503(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera(), "[stream]\nmax_clients = 2\n")
    url, headers = f"{daemon.url}/stream", daemon.headers("viewer")
    async with LiveStream(daemon) as first, LiveStream(daemon):
        await first.part()
        refused = await asyncio.to_thread(requests.get, url, headers=headers, timeout=10)
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "OVERLOADED"
    await asyncio.sleep(0.2)
    async with LiveStream(daemon) as third:
        await third.part()


async def test_a_slow_reader_skips_whole_pictures_and_sees_the_newest(
    serve, mjpeg_camera, pictures
):
    own = {path.read_bytes() for path in pictures.iterdir()}
    daemon = serve(mjpeg_camera())
    async with LiveStream(daemon, receive_bytes=8192) as slow, LiveStream(daemon) as fast:
        newest = await fast.part()
        seen = []
        for _ in range(9):
            seen.append(await slow.part())
            async for part in fast.parts(0.4):
                newest = part
    numbers = [part.sequence for part in seen]
    assert numbers == sorted(set(numbers))
    assert {part.jpeg for part in seen} <= own
    assert numbers[-1] - numbers[0] > 3 * len(numbers)
    assert newest.sequence > numbers[-1]


async def test_forty_get_every_frame_while_ten_never_read(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera(), "[stream]\nmax_clients = 60\n")
    idle = [LiveStream(daemon) for _ in range(10)]
    streams = [LiveStream(daemon) for _ in range(40)]
    for stream in streams:
        await stream.__aenter__()
    await asyncio.gather(*(numbers_of(stream, 2) for stream in streams))
    before_mib = resident_mib(daemon.pid)
    seen = await asyncio.gather(*(numbers_of(stream, 5.5) for stream in streams))
    grown_mib = resident_mib(daemon.pid) - before_mib
    for stream in streams:
        await stream.__aexit__()
    for stream in idle:
        stream.socket.close()
    logger.info("%.1f MiB, %+.2f MiB later", before_mib, grown_mib)
    for numbers in seen:
        assert len(numbers) > 140
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert grown_mib < 2


async def numbers_of(stream, seconds):
    return [part.sequence async for part in stream.parts(seconds)]


async def test_who_never_reads_costs_nothing(serve, mjpeg_camera):
    """Ten of them, once their buffers are full: no processor time that could be measured."""
    daemon = serve(mjpeg_camera())
    used_s = []
    idle = []
    async with LiveStream(daemon) as reader:
        for _ in range(2):
            await numbers_of(reader, 1.5)
            before_s = cpu_s(daemon.pid)
            await numbers_of(reader, 2)
            used_s.append(round(cpu_s(daemon.pid) - before_s, 2))
            idle += [LiveStream(daemon, receive_bytes=8192) for _ in range(10)]
    for stream in idle:
        stream.socket.close()
    logger.info("CPU seconds in 2 s without and with them: %s", used_s)
    assert used_s[1] < used_s[0] + 0.1


def size_of(jpeg):
    """Width and height, out of the frame header."""
    at = next(at for at in range(len(jpeg)) if jpeg[at : at + 2] in (b"\xff\xc0", b"\xff\xc2"))
    return int.from_bytes(jpeg[at + 7 : at + 9]), int.from_bytes(jpeg[at + 5 : at + 7])


async def next_of_size(stream, size):
    async with asyncio.timeout(8):
        while size_of((part := await stream.part()).jpeg) != size:
            pass
    return part


LIVE, PLACEHOLDER = (640, 480), (640, 360)


async def test_an_unplugged_camera_is_replaced_until_it_is_back(serve, mjpeg_camera, tmp_path):
    gone = tmp_path / "gone"
    daemon = serve(mjpeg_camera(gone_while=gone))
    async with LiveStream(daemon) as stream:
        last = [await stream.part() for _ in range(5)][-1]
        gone.touch()
        arrived_s = []
        for _ in range(4):
            await next_of_size(stream, PLACEHOLDER)
            arrived_s.append(time.monotonic())
        assert [b - a for a, b in pairwise(arrived_s)] == pytest.approx([1] * 3, abs=0.3)
        assert not status(daemon)["cameras"][0]["connected"]
        gone.unlink()
        first = await next_of_size(stream, LIVE)
        again = [await stream.part() for _ in range(10)]
    numbers = [part.sequence for part in (first, *again)]
    assert numbers == list(range(numbers[0], numbers[0] + 11))
    assert numbers[0] > last.sequence


async def test_who_comes_while_the_camera_is_away_sees_why(serve, mjpeg_camera, tmp_path):
    gone = tmp_path / "gone"
    gone.touch()
    daemon = serve(mjpeg_camera(gone_while=gone))
    async with LiveStream(daemon) as stream:
        await next_of_size(stream, PLACEHOLDER)
        gone.unlink()
        await next_of_size(stream, LIVE)


@pytest.mark.parametrize("query", ["", "&quality=60"])
def test_ffmpeg_plays_it(serve, mjpeg_camera, query):
    daemon = serve(mjpeg_camera())
    url = f"{daemon.url}/stream?token={daemon.token('viewer')}{query}"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", url, "-frames:v", "60", "-f", "null", "-"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")


def test_ffprobe_knows_what_it_is(serve, mjpeg_camera):
    daemon = serve(mjpeg_camera())
    url = f"{daemon.url}/?action=stream&token={daemon.token('viewer')}"
    shown = subprocess.check_output(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", "-read_intervals", "%+1", url],
        timeout=30,
    )
    (stream,) = json.loads(shown)["streams"]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("mjpeg", *LIVE)
