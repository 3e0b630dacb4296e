"""Who subscribes hears of what cameras do, and of the configuration."""

import asyncio
import threading

import pytest

from camerad.capture.source import CaptureFormat
from camerad.capture.status import State, Status
from camerad.config.load import load
from camerad.events.event import Topic
from camerad.frames.cameras import Cameras, FedCamera
from camerad.live_state import LiveState

FORMAT = CaptureFormat("YUYV", 640, 480, 1280, 614400, 30.0, full_range=True)


class CameraDouble:
    def __init__(self):
        self.device = "/dev/video0"
        self.status = Status(State.READY, FORMAT)
        self._listeners = []

    @property
    def connected(self):
        return self.status.state in (State.READY, State.STREAMING)

    def on_change(self, listener):
        self._listeners.append(listener)

    def become(self, status):
        """As a camera does, in a thread of its own."""
        before, self.status = self.status, status
        for listener in self._listeners:
            thread = threading.Thread(target=listener, args=(before, status))
            thread.start()
            thread.join()


@pytest.fixture
def camera():
    return CameraDouble()


@pytest.fixture
def store(tmp_path):
    return load(tmp_path, None)


@pytest.fixture
def recording():
    """Holds something while there is one."""
    return []


@pytest.fixture
def cameras(camera):
    return Cameras({0: FedCamera(0, camera, None)}, 0)


@pytest.fixture
async def live(store, cameras, recording):
    live = LiveState(store, cameras, lambda: bool(recording))
    live.start()
    yield live
    live.close()


@pytest.fixture
async def subscriber(live):
    with live.bus.subscribed() as subscriber:
        subscriber.topics |= {Topic.STATE, Topic.CAMERA}
        yield subscriber


async def heard(subscriber):
    """Events by name, parameters with their values."""
    async with asyncio.timeout(5):
        events = await subscriber.events()
    for _ in range(5):
        await asyncio.sleep(0)
    events += subscriber._backlog.take()
    return {
        event.event if event.topic is Topic.CAMERA else event.parameter: getattr(
            event, "value", event
        )
        for event in events
    }


async def test_a_camera_goes_and_comes_back(camera, subscriber):
    camera.become(Status(State.ABSENT, FORMAT, fault="it is gone"))
    gone = await heard(subscriber)
    assert gone.pop("camera_disconnected").reason == "it is gone"
    assert gone == {
        "camera.connected": False,
        "camera.resolution": None,
        "camera.framerate": None,
        "camera.format": None,
    }
    camera.become(Status(State.READY, FORMAT))
    back = await heard(subscriber)
    assert back.pop("camera_connected").device == "/dev/video0"
    assert back == {
        "camera.connected": True,
        "camera.resolution": "640x480",
        "camera.framerate": 30,
        "camera.format": "YUYV",
    }


async def test_a_camera_that_comes_later_is_heard_of(cameras, subscriber):
    late = CameraDouble()
    late.status = Status(State.ABSENT, fault="it is gone")
    cameras.add(FedCamera(3, late, None))
    late.become(Status(State.READY, FORMAT))
    assert (await heard(subscriber))["camera_connected"].camera == 3


async def test_a_stream_begins(camera, subscriber):
    camera.become(Status(State.STREAMING, FORMAT))
    assert await heard(subscriber) == {"camera.streaming": True}


async def test_the_configuration_changes_in_whatever_thread(store, subscriber):
    await asyncio.to_thread(store.merge, "camera", {"linger": 1.0})
    changed = await heard(subscriber)
    assert changed == {"config.camera": store.public("camera")}
    assert changed["config.camera"]["linger"] == 1.0


async def test_secrets_are_no_part_of_it(live, store):
    device = {"uuid": "u", "address": "http://192.0.2.7/", "username": "x", "password": "hidden"}
    await asyncio.to_thread(store.merge, "onvif", {"devices": [device]})
    assert "hidden" not in str(live.state.read())


async def test_a_recording_begins(live, subscriber, recording):
    recording.append(True)
    live.state.changed()
    assert await heard(subscriber) == {"camera.recording": True}
