import asyncio
import time

import pytest

from camerad.capture.camera import State, Status
from camerad.errors import CameraNotConnected
from camerad.frames.cameras import FedCamera
from camerad.frames.current import current_frame, frame_after
from camerad.frames.feed import Feed
from camerad.frames.picture import Jpeg


class Camera:
    """As much of a camera as feeds and clients look at."""

    device = "/dev/video7"

    def __init__(self):
        self.status = Status(State.STREAMING)
        self.publish = None
        self.starts = 0

    def start(self, publish):
        self.publish = publish
        self.starts += 1

    def stop(self):
        self.publish = None

    def fail(self):
        self.status = Status(State.ABSENT, fault="/dev/video7 has gone")


@pytest.fixture
def camera():
    return Camera()


@pytest.fixture
def fed(camera):
    feed = Feed(0, camera, linger_s=0.05)
    yield FedCamera(0, camera, feed)
    feed.close()


async def show(camera, captured_at_s=None):
    captured_at_s = time.monotonic() if captured_at_s is None else captured_at_s
    camera.publish(Jpeg(b"picture", 8, 8), captured_at_s)
    await asyncio.sleep(0)


async def begun(coroutine):
    task = asyncio.ensure_future(coroutine)
    for _ in range(3):
        await asyncio.sleep(0)
    return task


async def test_the_newest_frame_is_current(fed, camera):
    with fed.feed.subscribed(print):
        await show(camera)
        assert await current_frame(fed, max_age_s=1, patience_s=1) is fed.feed.latest


async def test_polling_renews_the_demand(fed, camera):
    with fed.feed.subscribed(print):
        await show(camera)
    for _ in range(8):
        await asyncio.sleep(0.01)
        await current_frame(fed, max_age_s=1, patience_s=1)
    assert camera.starts == 1


async def test_an_old_frame_is_not_current(fed, camera):
    with fed.feed.subscribed(print):
        await show(camera, time.monotonic() - 5)
        asking = await begun(current_frame(fed, max_age_s=1, patience_s=1))
        assert not asking.done()
        await show(camera)
        assert (await asking).number == 2


async def test_a_camera_that_sleeps_is_started(fed, camera):
    asking = await begun(current_frame(fed, max_age_s=1, patience_s=1))
    await show(camera)
    assert (await asking).number == 1


async def test_a_frame_from_before_the_request_does_not_do(fed, camera):
    with fed.feed.subscribed(print):
        await show(camera)
        asking = await begun(frame_after(fed, time.monotonic(), patience_s=1))
        assert not asking.done()
        await show(camera)
        assert (await asking).number == 2


async def test_a_silent_camera_is_given_up(fed):
    started_s = time.monotonic()
    with pytest.raises(CameraNotConnected) as caught:
        await current_frame(fed, max_age_s=1, patience_s=0.05)
    assert 0.05 <= time.monotonic() - started_s < 1
    assert caught.value.details == "/dev/video7 gives no frames"
    await asyncio.sleep(0)
    assert fed.feed.consumers == 0


async def test_a_failed_camera_is_told_at_once(fed, camera):
    camera.fail()
    started_s = time.monotonic()
    with pytest.raises(CameraNotConnected) as caught:
        await current_frame(fed, max_age_s=1, patience_s=10)
    assert time.monotonic() - started_s < 0.1
    assert caught.value.details == "/dev/video7 has gone"


async def test_a_camera_that_fails_meanwhile_ends_the_wait(fed, camera):
    asking = await begun(current_frame(fed, max_age_s=1, patience_s=10))
    camera.fail()
    async with asyncio.timeout(2):
        with pytest.raises(CameraNotConnected, match="not available"):
            await asking


async def test_who_hangs_up_leaves_nobody_behind(fed):
    asking = await begun(current_frame(fed, max_age_s=1, patience_s=10))
    assert fed.feed.consumers == 1
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await asyncio.sleep(0.01)
    assert fed.feed.consumers == 0
