from types import SimpleNamespace

import pytest

from camerad.capture.source import CaptureFormat
from camerad.capture.status import State, Status
from camerad.frames.cameras import Cameras, FedCamera
from camerad.frames.state import camera_event, camera_state

FORMAT = CaptureFormat("YUYV", 1280, 720, 2560, 1_843_200, 29.97002997, full_range=True)


def fed(state, *, number=0, connected=True):
    camera = SimpleNamespace(
        status=Status(state, FORMAT), connected=connected, device=f"/dev/video{number}"
    )
    return FedCamera(number, camera, None)


def test_the_state_is_that_of_the_active_camera():
    cameras = Cameras({0: fed(State.FAULT, connected=False), 3: fed(State.STREAMING)}, 3)
    assert camera_state(cameras, recording=True) == {
        "camera.active": 3,
        "camera.connected": True,
        "camera.streaming": True,
        "camera.recording": True,
        "camera.resolution": "1280x720",
        "camera.framerate": 29.97,
        "camera.format": "YUYV",
    }


def test_a_camera_that_is_away_delivers_nothing():
    cameras = Cameras({0: fed(State.FAULT, connected=False)}, 0)
    assert camera_state(cameras, recording=False) == {
        "camera.active": 0,
        "camera.connected": False,
        "camera.streaming": False,
        "camera.recording": False,
        "camera.resolution": None,
        "camera.framerate": None,
        "camera.format": None,
    }


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        (State.PROBING, State.READY, "camera_connected"),
        (State.ABSENT, State.READY, "camera_connected"),
        (State.FAULT, State.STREAMING, "camera_connected"),
        (State.STREAMING, State.ABSENT, "camera_disconnected"),
        (State.READY, State.FAULT, "camera_disconnected"),
        (State.READY, State.STREAMING, None),
        (State.STREAMING, State.READY, None),
        (State.FAULT, State.ABSENT, None),
        (State.PROBING, State.ABSENT, None),
    ],
)
def test_events_are_of_cameras_that_come_and_go(before, after, event):
    told = camera_event(fed(after, number=2), Status(before), Status(after, fault="it is gone"))
    assert (told.event if told else None) == event
    if told:
        assert (told.camera, told.device) == (2, "/dev/video2")


def test_a_camera_that_has_gone_says_why():
    told = camera_event(fed(State.FAULT), Status(State.READY), Status(State.FAULT, fault="why"))
    assert told.reason == "why"
