"""The grammar of --camera."""

import pytest

from camerad.capture.source import Mode
from camerad.capture.spec import CameraSpec, SpecKind, parse_camera_spec

BY_PATH = "/dev/v4l/by-path/pci-0000:00:14.0-usb-0:1:1.0-video-index0"
BY_ID = "/dev/v4l/by-id/usb-ACME_Cam@Home_12:AB-video-index0"


def device(path, *mode):
    return CameraSpec(SpecKind.DEVICE, path, Mode(*mode, exact=True))


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("auto", CameraSpec(SpecKind.AUTO)),
        ("plugged", CameraSpec(SpecKind.PLUGGED)),
        ("/dev/video0", device("/dev/video0")),
        ("/dev/video12:YUYV", device("/dev/video12", "YUYV")),
        ("/dev/video0:1280x720", device("/dev/video0", None, 1280, 720)),
        ("/dev/video0@7.5", device("/dev/video0", None, None, None, 7.5)),
        ("/dev/video0:MJPG:1280x720@30", device("/dev/video0", "MJPG", 1280, 720, 30.0)),
        ("/dev/video0:NV12@15", device("/dev/video0", "NV12", None, None, 15.0)),
        (BY_PATH, device(BY_PATH)),
        (f"{BY_PATH}:YU12:640x480@25", device(BY_PATH, "YU12", 640, 480, 25.0)),
        (BY_ID, device(BY_ID)),
        (f"{BY_ID}@5", device(BY_ID, None, None, None, 5.0)),
        # digits alone are part of a path, not a format
        ("/dev/v4l/by-path/pci-0000", device("/dev/v4l/by-path/pci-0000")),
        ("/dev/cameras/1:1234", device("/dev/cameras/1:1234")),
        ("pattern", CameraSpec(SpecKind.PATTERN, mode=Mode(exact=True))),
        ("pattern:640x360", CameraSpec(SpecKind.PATTERN, mode=Mode(None, 640, 360, exact=True))),
        ("pattern@60", CameraSpec(SpecKind.PATTERN, mode=Mode(fps=60.0, exact=True))),
        (
            "pattern:1002x502@12.5",
            CameraSpec(SpecKind.PATTERN, mode=Mode(None, 1002, 502, 12.5, exact=True)),
        ),
    ],
)
def test_reads(text, spec):
    assert parse_camera_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is not auto, plugged, /dev/videoN"),
        ("video0", "is not auto"),
        ("auto:640x480", "is not auto"),
        ("plugged@30", "is not auto"),
        ("patterns", "is not auto"),
        ("pattern:64", "is not auto"),
        ("/dev/video0:1280*720", "is not auto"),
        ("/dev/video0:1280x720:MJPG", "is not auto"),
        ("/dev/video0:yuyv", "is not auto"),
        ("/dev/video0@fast", "is not auto"),
        ("/dev/video0@-5", "is not auto"),
        ("/dev/video0:0x480", "width and height"),
        ("/dev/video0:640x99999", "width and height"),
        ("/dev/video0@0", "rate"),
        ("/dev/video0@1001", "rate"),
        ("pattern:641x480", "even"),
        ("pattern:640x481", "even"),
        ("pattern:64x48", "even"),
        ("pattern:YUYV", "no choice of formats"),
    ],
)
def test_refuses(text, says):
    with pytest.raises(ValueError, match=says):
        parse_camera_spec(text)
