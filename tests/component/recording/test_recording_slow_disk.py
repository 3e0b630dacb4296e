"""A recording on a card that collects its thoughts for seconds."""

import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest

from film_readers import assert_plays, ffmpeg_times
from live_stream import LiveStream, resident_mib
from standin import Camera, environment

STALL_S = 4
SOURCE = Path(__file__).with_name("slow_disk.c")


@pytest.fixture
def stalled(tmp_path):
    """While this file exists, nothing reaches the disk."""
    return tmp_path / "stalled"


@pytest.fixture
def camera(client, tmp_path, pictures, stalled):
    """One whose pictures are kept as they are, on a disk that can stall."""
    library = tmp_path / "slow_disk.so"
    compile_ = ("gcc", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl")
    subprocess.run(compile_, check=True)
    device = Camera(fourccs=("MJPG",), sizes=("320x240",), frames=pictures)
    env = environment(device)
    env |= {"LD_PRELOAD": f"{library} {env['LD_PRELOAD']}", "SLOW_DISK_WHILE": str(stalled)}
    yield client("--camera", device.path, env=env)
    stalled.unlink(missing_ok=True)


async def test_a_disk_that_stalls_keeps_nobody_waiting(camera, stalled):
    assert camera.start(filename="slow.avi").ok
    camera.until(lambda status: status["duration"] >= 1)
    async with LiveStream(camera.process) as live:
        stalled.touch()
        shown = [part.timestamp async for part in live.parts(STALL_S)]
        written = camera.status()["estimated_size"]
        begin_s = time.monotonic()
        assert camera.call("GET", "/image").ok
        assert camera.status()["estimated_size"] == written
        assert time.monotonic() - begin_s < 2
        stalled.unlink()
    assert max(later - earlier for earlier, later in pairwise(shown)) < 1
    camera.until(lambda status: status["estimated_size"] > written)
    camera.stop()
    assert camera.status()["last_recording"]["dropped_frames"] == 0
    film = camera.folder / "slow.avi"
    assert assert_plays(film).duration_s > STALL_S
    # What was captured while the disk stalled has its place, too.
    times = ffmpeg_times(film)
    assert max(later - earlier for earlier, later in pairwise(times)) < 1


def test_a_disk_that_stalls_for_good_costs_no_more_than_the_queue(camera, stalled):
    assert camera.start(filename="dead.avi").ok
    camera.until(lambda status: status["duration"] >= 1)
    before_mib = resident_mib(camera.process.pid)
    stalled.touch()
    time.sleep(STALL_S)
    assert resident_mib(camera.process.pid) - before_mib < 16
    begin_s = time.monotonic()
    assert camera.process.stop() == 0
    assert time.monotonic() - begin_s < 5
