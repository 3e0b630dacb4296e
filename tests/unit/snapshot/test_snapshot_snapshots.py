"""Snapshots into a real tree, of a camera that does what the test says."""

import asyncio
import os
import re
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from camerad.capture.camera import State, Status
from camerad.capture.source import CameraFault, Mode
from camerad.clock import epoch_of, iso_utc
from camerad.config.schema import Camera as CameraConfig
from camerad.config.schema import Config
from camerad.errors import (
    CameraNotConnected,
    FileExists,
    InsufficientStorage,
    InvalidFormat,
    InvalidRequest,
)
from camerad.frames.cameras import FedCamera
from camerad.frames.feed import Feed
from camerad.frames.picture import Jpeg, Planes, Subsampling
from camerad.imaging import jpeg
from camerad.imaging.encoder import Encoder
from camerad.imaging.layout import buffer_size, planes_of
from camerad.snapshot.snapshots import Snapshots, Wish
from camerad.storage.tree import Tree

STILL_AT_S = 1.5
"""When the camera captures its stills: on CLOCK_MONOTONIC, soon after the machine has started."""


class Camera:
    """A camera that shows a grey picture ten times a second; brighter in its higher mode."""

    device = "/dev/video7"

    def __init__(self):
        self.status = Status(State.STREAMING)
        self.still_mode = None
        self.still_answer = grey(200)
        self.stills = 0
        self.running = None

    def start(self, publish):
        self.running = asyncio.ensure_future(self._run(publish))

    async def _run(self, publish):
        while True:
            publish(grey(100), time.monotonic())
            await asyncio.sleep(0.01)

    def stop(self):
        if self.running is not None:
            self.running.cancel()

    def still(self):
        self.stills += 1
        future = Future()
        if isinstance(self.still_answer, Exception):
            future.set_exception(self.still_answer)
        elif self.still_answer is not None:
            future.set_result((self.still_answer, STILL_AT_S))
        return future


def grey(level):
    size_bytes = buffer_size(320, 240, Subsampling.YUV420)
    return Planes(np.full(size_bytes, level, np.uint8), 320, 240, Subsampling.YUV420)


@pytest.fixture
def camera():
    return Camera()


@pytest.fixture
async def fed(camera):
    feed = Feed(0, camera, linger_s=0.01)
    yield FedCamera(0, camera, feed)
    feed.close()
    camera.stop()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "media" / "snapshots"


@pytest.fixture
def tree(tmp_path):
    tree = Tree({"/media/data": tmp_path / "media"}, reserve_bytes=0)
    tree.prepare()
    return tree


@pytest.fixture
def snapshots(tree):
    config = SimpleNamespace(current=Config(camera=CameraConfig(open_timeout=0.3)))
    with ThreadPoolExecutor(2) as executor:
        yield Snapshots(tree, Encoder(executor), executor, config, lambda _camera: False)


def luma(path):
    decoded = jpeg.decode(Jpeg(path.read_bytes(), 0, 0))
    return planes_of(decoded)[0]


async def test_a_picture_taken_after_the_request_is_kept(snapshots, fed, folder):
    before_s = time.monotonic()
    taken = await snapshots.take(fed, Wish("one.jpg"))
    assert (taken.filename, taken.path) == ("one.jpg", "/media/data/snapshots/one.jpg")
    assert taken.size == (folder / "one.jpg").stat().st_size
    assert iso_utc(epoch_of(before_s)) <= taken.timestamp <= iso_utc()
    assert abs(int(luma(folder / "one.jpg").mean()) - 100) <= 2
    assert os.listdir(folder) == ["one.jpg"]


async def test_without_a_name_it_gets_the_time(snapshots, fed, folder):
    taken = [await snapshots.take(fed, Wish()) for _ in range(2)]
    names = [each.filename for each in taken]
    assert all(re.fullmatch(r"snapshot_\d{8}_\d{6}_\d{6}\.jpg", name) for name in names)
    assert sorted(os.listdir(folder)) == sorted(set(names))
    assert len(set(names)) == 2


@pytest.mark.parametrize("quality", [1, 50, 100])
async def test_the_quality_is_what_was_asked(snapshots, fed, folder, quality):
    await snapshots.take(fed, Wish("one.jpg", quality))
    assert (folder / "one.jpg").read_bytes() == jpeg.encode(grey(100), quality).data


@pytest.mark.parametrize("own_jpeg", [True, False])
async def test_the_time_is_written_into_the_picture(snapshots, fed, camera, folder, own_jpeg):
    camera.still_mode = Mode()
    camera.still_answer = jpeg.encode(grey(200), 90) if own_jpeg else grey(200)
    await snapshots.take(fed, Wish("one.jpg", add_timestamp=True))
    picture = luma(folder / "one.jpg").astype(int)
    assert np.abs(picture[:180] - 200).max() <= 4
    assert (picture[180:] < 60).sum() > 500


async def test_a_camera_with_a_higher_mode_takes_a_still(snapshots, fed, camera, folder):
    camera.still_mode = Mode("YUYV", 1920, 1080)
    taken = await snapshots.take(fed, Wish("one.jpg"))
    assert taken.timestamp == iso_utc(epoch_of(STILL_AT_S))
    assert camera.stills == 1
    assert abs(int(luma(folder / "one.jpg").mean()) - 200) <= 2


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("one.png", InvalidFormat),
        ("one", InvalidFormat),
        ("one.jpg.exe", InvalidFormat),
        ("", InvalidFormat),
        ("../one.jpg", InvalidRequest),
        ("a/b.jpg", InvalidRequest),
        ("/etc/one.jpg", InvalidRequest),
        ("a\\b.jpg", InvalidRequest),
        ("one\0.jpg", InvalidRequest),
        ("one\n.jpg", InvalidRequest),
        ("\ud800.jpg", InvalidRequest),
        ("x" * 252 + ".jpg", InvalidRequest),
    ],
)
async def test_a_bad_name_is_refused_before_the_camera_is_troubled(
    snapshots, fed, camera, folder, name, error
):
    with pytest.raises(error):
        await snapshots.take(fed, Wish(name))
    assert camera.running is None
    assert not folder.exists()


async def test_a_name_that_exists_is_refused_before_the_camera_is_troubled(
    snapshots, fed, camera, folder
):
    folder.mkdir(parents=True)
    (folder / "one.jpg").write_text("mine")
    with pytest.raises(FileExists):
        await snapshots.take(fed, Wish("one.jpg"))
    assert camera.running is None
    assert (folder / "one.jpg").read_text() == "mine"


async def test_of_two_with_one_name_the_first_wins(snapshots, fed, folder):
    takes = [snapshots.take(fed, Wish("one.jpg", quality)) for quality in (30, 90)]
    results = await asyncio.gather(*takes, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["FileExists", "Snapshot"]
    assert os.listdir(folder) == ["one.jpg"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (CameraFault("/dev/video7 is in use"), "/dev/video7 is in use"),
        (None, "/dev/video7 gave no picture in 0.3 s"),
    ],
)
async def test_a_still_that_fails_leaves_nothing(snapshots, fed, camera, folder, answer, reason):
    camera.still_mode, camera.still_answer = Mode(), answer
    with pytest.raises(CameraNotConnected) as caught:
        await snapshots.take(fed, Wish("one.jpg"))
    assert caught.value.details == reason
    assert not folder.exists()


async def test_a_camera_that_is_away_is_told(snapshots, fed, camera, folder):
    camera.status = Status(State.ABSENT, fault="/dev/video7 has gone")
    with pytest.raises(CameraNotConnected) as caught:
        await snapshots.take(fed, Wish("one.jpg"))
    assert caught.value.details == "/dev/video7 has gone"
    assert not folder.exists()


async def test_a_full_disk_leaves_nothing(snapshots, fed, folder, tree):
    tree.reserve_bytes = 1 << 60
    with pytest.raises(InsufficientStorage):
        await snapshots.take(fed, Wish("one.jpg"))
    assert not folder.exists() or os.listdir(folder) == []
