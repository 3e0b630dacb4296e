"""What `camerad devices` tells of a camera."""

import errno
import json
import os

from fake_kernel import PATH, FakeKernel

from camerad.capture import enumerate as cameras
from camerad.capture.enumerate import DeviceInfo, absent_info, device_info
from camerad.capture.identity import Identity, VideoNode
from camerad.capture.source import SupportedMode

IDENTITY = Identity("046d:0825", "A1B2", "usb-1", "00.0")
LINKS = ("/dev/v4l/by-id/usb-Fake-video-index0",)
NODE = VideoNode(PATH, "Udev's name", IDENTITY, LINKS)


def test_asks_the_device(monkeypatch):
    FakeKernel(intervals=((1, 30), (1001, 30000))).install(monkeypatch)
    before = os.listdir("/proc/self/fd")
    mode = SupportedMode("YUYV", 64, 48, (30.0, 30000 / 1001))
    assert device_info(NODE, 3) == DeviceInfo(
        PATH, "Fake", "A1B2", "usb-1", "ready", id=3, links=LINKS, modes=(mode,)
    )
    assert os.listdir("/proc/self/fd") == before


def test_tells_who_uses_it(monkeypatch):
    FakeKernel().install(monkeypatch)
    monkeypatch.setattr(cameras, "holder", lambda device: f"vlc, pid 7, {device}")
    assert device_info(NODE).reason == f"used by vlc, pid 7, {PATH}"


def test_tells_why_it_cannot_be_asked(monkeypatch):
    FakeKernel(fail={"open": errno.EACCES}).install(monkeypatch)
    info = device_info(NODE)
    assert (info.card, info.state, info.modes) == ("Udev's name", "fault", ())
    assert "group video" in info.reason


INFOS = [
    DeviceInfo(
        "/dev/video0",
        "Webcam",
        "A1",
        "usb-1",
        "ready",
        "used by camerad, pid 7",
        0,
        "uvcvideo",
        "usb-1",
        ("/dev/v4l/by-id/x",),
        (SupportedMode("MJPG", 640, 480, (30000 / 1001, 7.5)), SupportedMode("GREY", 64, 48)),
    ),
    absent_info(1, "/dev/video2", "Other", Identity("", "", "usb-2", "")),
    DeviceInfo("/dev/video4", "", "", "", "fault", "/dev/video4 cannot be opened: no permission"),
]


def test_describes_them_for_people():
    assert cameras.describe(INFOS) == (
        "camera 0: /dev/video0  Webcam\n"
        "  ready: used by camerad, pid 7\n"
        "  serial A1, path usb-1, driver uvcvideo, bus usb-1\n"
        "  /dev/v4l/by-id/x\n"
        "  MJPG  640x480  29.97 7.5 fps\n"
        "  GREY  64x48\n"
        "\n"
        "camera 1: /dev/video2  Other\n"
        "  absent: not plugged in\n"
        "  path usb-2\n"
        "\n"
        "/dev/video4\n"
        "  fault: /dev/video4 cannot be opened: no permission"
    )
    assert cameras.describe([]) == "No capture device found."


def test_gives_them_to_machines():
    first, second, third = json.loads(json.dumps(cameras.as_json(INFOS)))
    assert first["modes"][1] == {"fourcc": "GREY", "width": 64, "height": 48, "fps": []}
    assert first["links"] == ["/dev/v4l/by-id/x"]
    assert (second["id"], second["state"]) == (1, "absent")
    assert third["reason"].endswith("no permission")
