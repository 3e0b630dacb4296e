"""Of which camera a pre-roll is kept, and when."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from types import SimpleNamespace

import pytest

from camerad.capture.source import CaptureFormat
from camerad.capture.status import State, Status
from camerad.config.load import load
from camerad.errors import InvalidRequest
from camerad.frames.cameras import Cameras, FedCamera
from camerad.frames.feed import Feed
from camerad.frames.picture import Jpeg
from camerad.recording.preroll import PreRoll
from camerad.recording.shots import Shot

FORMAT = CaptureFormat("MJPG", 64, 48, 0, 9216, 30.0, full_range=True)
LARGER = CaptureFormat("MJPG", 128, 96, 0, 36864, 30.0, full_range=True)


class Producer:
    """A camera that streams when it is asked to, and gives what the test gives."""

    def __init__(self):
        self.status = Status(State.READY, FORMAT)
        self.publish = None

    def start(self, publish):
        self.publish = publish

    def stop(self):
        self.publish = None

    def give(self, *times_s):
        for at_s in times_s:
            self.publish(Jpeg(b"picture", 64, 48), float(at_s))


def fed(number):
    producer = Producer()
    return FedCamera(number, producer, Feed(number, producer, 0.0))


def first(at_s):
    return Shot(Jpeg(b"picture", 64, 48), float(at_s), Fraction(30))


@pytest.fixture
async def kept(tmp_path):
    """`kept(seconds, *cameras)` starts a pre-roll of the first, number 0 being the active one."""
    with ThreadPoolExecutor(1) as encoders:
        started = []

        def start(seconds, *cameras):
            config = load(tmp_path, None)
            config.merge("recording", {"preroll": seconds})
            known = Cameras({each.id: each for each in cameras}, 0)
            preroll = PreRoll(known, encoders, config)
            preroll.start()
            started.append(preroll)
            return SimpleNamespace(preroll=preroll, cameras=known, config=config)

        yield start
        for preroll in started:
            preroll.close()


def times(preroll, at_s, reach_s):
    return [shot.captured_at_s for shot in preroll.before(first(at_s), reach_s)]


async def test_off_no_camera_streams(kept):
    active = fed(0)
    preroll = kept(0, active).preroll
    assert active.camera.publish is None
    assert preroll.reach_s(0, None) == 0
    with pytest.raises(InvalidRequest):
        preroll.reach_s(0, 1)


async def test_the_active_camera_is_looked_back_on(kept):
    active, other = fed(0), fed(1)
    preroll = kept(5, active, other).preroll
    assert other.camera.publish is None
    active.camera.give(*range(10))
    assert times(preroll, 9, preroll.reach_s(0, None)) == [4, 5, 6, 7, 8]
    assert times(preroll, 9, preroll.reach_s(0, 2)) == [7, 8]
    assert preroll.reach_s(1, None) == 0


async def test_an_active_camera_that_comes_late(kept):
    started = kept(5)
    active = fed(0)
    started.cameras.add(active)
    active.camera.give(1, 2)
    assert times(started.preroll, 3, 5) == [1, 2]


async def test_a_film_pauses_it(kept):
    active = fed(0)
    preroll = kept(5, active).preroll
    active.camera.give(1)
    preroll.pause(0)
    await asyncio.sleep(0.01)
    assert active.camera.publish is None
    preroll.resume(0)
    active.camera.give(2)
    assert times(preroll, 3, 5) == [2]


async def test_another_mode_is_forgotten(kept):
    active = fed(0)
    preroll = kept(5, active).preroll
    active.camera.give(1)
    active.camera.status = Status(State.STREAMING, LARGER)
    active.camera.give(2)
    assert times(preroll, 3, 5) == [2]


async def test_a_change_takes_effect_at_once(kept):
    active = fed(0)
    started = kept(0, active)
    started.config.merge("recording", {"preroll": 3})
    await asyncio.sleep(0)
    assert started.preroll.reach_s(0, None) == 3
    active.camera.give(1)
    started.config.merge("recording", {"preroll": 0})
    await asyncio.sleep(0.01)
    assert active.camera.publish is None
