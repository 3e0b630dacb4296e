"""The choice of a mode."""

import pytest

from camerad.capture.negotiate import ChosenMode, larger_mode, listing, negotiate
from camerad.capture.source import CameraFault, CaptureFormat, Mode, SupportedMode

WEBCAM = [
    SupportedMode("YUYV", 640, 480, (30.0, 15.0)),
    SupportedMode("YUYV", 1280, 720, (10.0, 5.0)),
    SupportedMode("YUYV", 1920, 1080, (5.0,)),
    SupportedMode("MJPG", 640, 480, (30.0, 15.0)),
    SupportedMode("MJPG", 1280, 720, (60.0, 30.0, 15.0)),
    SupportedMode("MJPG", 1920, 1080, (30.0, 24.0)),
    SupportedMode("H264", 3840, 2160, (30.0,)),
]


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (Mode(None, 1920, 1080, 30), ChosenMode("MJPG", 1920, 1080, 30)),
        (Mode("YUYV", 1920, 1080, 30), ChosenMode("YUYV", 1920, 1080, 5)),
        (Mode(None, 640, 480, 30), ChosenMode("MJPG", 640, 480, 30)),
        (Mode(None, 1280, 720, 50), ChosenMode("MJPG", 1280, 720, 60)),
        (Mode(None, 1280, 720, 22), ChosenMode("MJPG", 1280, 720, 15)),
        # nothing has the size: the largest that is not larger, then the smallest
        (Mode(None, 1600, 1200, 30), ChosenMode("MJPG", 1280, 720, 30)),
        (Mode(None, 1920, 1079, 30), ChosenMode("MJPG", 1280, 720, 30)),
        (Mode(None, 320, 240, 30), ChosenMode("MJPG", 640, 480, 30)),
        # H264 is larger, but of no use
        (Mode(None, 4000, 3000, 30), ChosenMode("MJPG", 1920, 1080, 30)),
        # left open: the largest common size that reaches the rate
        (Mode(), ChosenMode("MJPG", 1920, 1080, 30)),
        (Mode(fps=60), ChosenMode("MJPG", 1280, 720, 60)),
        (Mode("YUYV"), ChosenMode("YUYV", 640, 480, 30)),
        (Mode("YUYV", width=1280), ChosenMode("YUYV", 640, 480, 30)),
        (Mode("YUYV", height=720), ChosenMode("YUYV", 640, 480, 30)),
        (Mode("YUYV", fps=100), ChosenMode("YUYV", 1920, 1080, 5)),
        (Mode(None, 1280, 720, 30, exact=True), ChosenMode("MJPG", 1280, 720, 30)),
    ],
)
def test_chooses(wanted, chosen):
    assert negotiate("/dev/video0", WEBCAM, wanted) == chosen


@pytest.mark.parametrize(
    ("offers", "fps", "fourcc"),
    [
        # reaching the rate comes before the preference
        ([("MJPG", 15), ("BGR3", 30)], 30, "BGR3"),
        ([("MJPG", 15), ("NV12", 24), ("YUYV", 20)], 30, "NV12"),
        ([("MJPG", 29.97), ("YUYV", 30)], 30, "MJPG"),
        ([("MJPG", 24), ("YUYV", 25)], 25, "YUYV"),
        # the preference
        ([("JPEG", 30), ("YV12", 30), ("NV21", 30), ("VYUY", 30), ("YVYU", 30)], 30, "YVYU"),
        ([("BGR3", 30), ("RGB3", 30)], 30, "RGB3"),
        ([("RGB3", 30), ("GREY", 30), ("YU12", 30)], 30, "YU12"),
        ([("YU12", 30), ("NV12", 30), ("UYVY", 30)], 30, "UYVY"),
        ([("UYVY", 30), ("YUYV", 30)], 30, "YUYV"),
        ([("YUYV", 30), ("MJPG", 30)], 30, "MJPG"),
    ],
)
def test_ranks_formats_of_one_size(offers, fps, fourcc):
    modes = [SupportedMode(code, 640, 480, (rate,)) for code, rate in offers]
    assert negotiate("d", modes, Mode(None, 640, 480, fps)).fourcc == fourcc


def test_a_driver_without_rates_is_asked_for_the_wanted():
    modes = [SupportedMode("MJPG", 640, 480, (10.0,)), SupportedMode("YUYV", 640, 480)]
    assert negotiate("d", modes, Mode(fps=25)) == ChosenMode("YUYV", 640, 480, 25)


@pytest.mark.parametrize(
    ("modes", "wanted", "says"),
    [
        (WEBCAM, Mode("NV12"), "d offers no NV12 .*it has: YUYV 640x480 1280x720 1920x1080, MJPG"),
        (WEBCAM, Mode("H264"), "d offers no H264 that camerad can use"),
        (WEBCAM, Mode(None, 800, 600, exact=True), "no 800x600; it has: YUYV 640x480 .*MJPG"),
        (WEBCAM, Mode("YUYV", 800, 600, exact=True), "has: YUYV 640x480 1280x720 1920x1080$"),
        (WEBCAM[-1:], Mode(), "no format that camerad can use; it has: H264 3840x2160"),
        ([], Mode(), "it has: nothing"),
    ],
)
def test_says_what_the_camera_has_instead(modes, wanted, says):
    with pytest.raises(CameraFault, match=says):
        negotiate("d", modes, wanted)


@pytest.mark.parametrize(
    ("modes", "size", "larger"),
    [
        (WEBCAM, (640, 480), WEBCAM[5]),
        (WEBCAM[:3], (640, 480), WEBCAM[2]),
        (WEBCAM[:3], (1920, 1080), None),
        (WEBCAM[-1:], (640, 480), None),
        ([], (640, 480), None),
    ],
)
def test_the_mode_for_a_still(modes, size, larger):
    fmt = CaptureFormat("YUYV", *size, 0, 0, 30.0, full_range=True)
    mode = larger and Mode(larger.fourcc, larger.width, larger.height)
    assert larger_mode(modes, fmt) == mode


def test_listing():
    assert listing(WEBCAM[1:4]) == "YUYV 1280x720 1920x1080, MJPG 640x480"
