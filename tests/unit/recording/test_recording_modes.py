"""What a recording may ask of its camera."""

from types import SimpleNamespace

import pytest

from camerad.capture.source import CaptureFormat, Mode, SupportedMode
from camerad.capture.status import State, Status
from camerad.errors import CameraNotConnected, InvalidFormat, InvalidRequest, InvalidResolution
from camerad.recording.modes import mode_for
from camerad.recording.naming import film_name, new_id, part_name

MODES = (
    SupportedMode("MJPG", 1920, 1080, (30.0, 15.0)),
    SupportedMode("YUYV", 640, 480, (29.97,)),
    SupportedMode("YUYV", 320, 240, ()),
    SupportedMode("H264", 3840, 2160, (30.0,)),
)
OPEN = Mode()
FORMAT = CaptureFormat("YUYV", 640, 480, 1280, 614_400, 29.97, full_range=True)


def camera(modes=MODES, fmt=FORMAT, pinned=OPEN, fault=None):
    status = Status(State.READY, fmt, modes, fault)
    return SimpleNamespace(
        camera=SimpleNamespace(status=status, device="/dev/video7"), pinned=pinned
    )


@pytest.mark.parametrize(
    ("resolution", "fps", "mode"),
    [
        (None, None, None),
        ("1920x1080", None, Mode(None, 1920, 1080, 29.97)),
        ("1920x1080", 15, Mode(None, 1920, 1080, 15)),
        (None, 30, Mode(None, 640, 480, 30)),
        ("320x240", 77, Mode(None, 320, 240, 77)),
    ],
)
def test_what_it_has(resolution, fps, mode):
    assert mode_for(camera(), resolution, fps) == mode


@pytest.mark.parametrize(
    ("resolution", "fps", "offered"),
    [
        ("800x600", None, "It has: 1920x1080, 640x480, 320x240"),
        ("3840x2160", None, "It has: 1920x1080, 640x480, 320x240"),
        ("1920x1080", 60, "It has: 30, 15"),
        (None, 15, "It has: 29.97"),
    ],
)
def test_what_it_lacks_is_refused_with_what_it_has(resolution, fps, offered):
    with pytest.raises(InvalidResolution) as caught:
        mode_for(camera(), resolution, fps)
    assert caught.value.details == offered


def test_a_format_that_the_command_line_names_stays():
    pinned = camera(pinned=Mode("YUYV"))
    assert mode_for(pinned, "640x480", None).fourcc == "YUYV"
    with pytest.raises(InvalidResolution):
        mode_for(pinned, "1920x1080", None)


def test_nothing_is_known_of_a_camera_that_never_answered():
    with pytest.raises(CameraNotConnected) as caught:
        mode_for(camera((), None, fault="/dev/video7 is gone"), "640x480", None)
    assert caught.value.details == "/dev/video7 is gone"


@pytest.mark.parametrize(
    ("name", "error"),
    [("a/b.avi", InvalidRequest), ("a.mp4", InvalidFormat), ("avi", InvalidFormat)],
)
def test_a_bad_name(name, error):
    with pytest.raises(error):
        film_name(name)


def test_names():
    assert film_name("A.AVI") == "A.AVI"
    assert film_name(None) != film_name(None)
    assert [part_name("a.b.avi", part) for part in (1, 2)] == ["a.b.avi", "a.b_part2.avi"]
    assert len({new_id() for _ in range(100)}) == 100
