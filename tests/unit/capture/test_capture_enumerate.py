"""The list of cameras, from udev's view and the devices' own."""

import errno
import json
import os
import sys
from types import SimpleNamespace

import pytest
import v4l2
from fake_kernel import PATH, FakeKernel

from camerad.capture import enumerate as cameras
from camerad.capture.enumerate import DeviceInfo, VideoNode
from camerad.capture.source import SupportedMode

NODE = VideoNode(PATH, "Udev's name", "A1B2", ("/dev/v4l/by-id/usb-Fake-video-index0",))


def udev_device(number, name="video", capabilities=":capture:", **properties):
    if capabilities is not None:
        properties["ID_V4L_CAPABILITIES"] = capabilities
    return SimpleNamespace(
        sys_name=f"{name}{number}",
        sys_number=str(number),
        device_node=f"/dev/{name}{number}",
        device_links=iter(["/dev/v4l/by-path/p", "/dev/v4l/by-id/i"]),
        properties=properties,
    )


@pytest.fixture
def udev(monkeypatch, tmp_path):
    devices = []
    context = SimpleNamespace(list_devices=lambda **_: devices)
    monkeypatch.setitem(sys.modules, "pyudev", SimpleNamespace(Context=lambda: context))
    (tmp_path / "video0").touch()
    monkeypatch.setattr(cameras, "_SYSFS_CLASS", str(tmp_path))
    return devices


def test_asks_the_device(monkeypatch):
    FakeKernel(intervals=((1, 30), (1001, 30000))).install(monkeypatch)
    before = os.listdir("/proc/self/fd")
    mode = SupportedMode("YUYV", 64, 48, (30.0, 30000 / 1001))
    info = DeviceInfo(PATH, "Fake", "", "", "A1B2", NODE.links, (mode,))
    assert cameras.capture_devices([NODE]) == [info]
    assert cameras.capture_nodes([NODE]) == [PATH]
    assert os.listdir("/proc/self/fd") == before


def test_leaves_out_what_is_no_camera(monkeypatch):
    FakeKernel(device_caps=v4l2.V4L2_CAP_META_CAPTURE).install(monkeypatch)
    assert cameras.capture_devices([NODE]) == []
    assert cameras.capture_nodes([NODE]) == []


@pytest.mark.parametrize("error", [errno.ENOENT, errno.ENODEV])
def test_leaves_out_what_has_gone(monkeypatch, error):
    FakeKernel(fail={"open": error}).install(monkeypatch)
    assert cameras.capture_devices([NODE]) == []


def test_keeps_what_cannot_be_opened(monkeypatch):
    FakeKernel(fail={"open": errno.EACCES}).install(monkeypatch)
    [info] = cameras.capture_devices([NODE])
    assert (info.card, info.modes) == ("Udev's name", ())
    assert info.fault is not None
    assert "group video" in info.fault
    assert cameras.capture_nodes([NODE]) == [PATH]


def test_udev_nodes_in_the_order_of_their_numbers(udev):
    udev += [
        udev_device(10, ID_V4L_PRODUCT="Cam", ID_SERIAL_SHORT="S"),
        udev_device(2, capabilities=None),
        udev_device(3, capabilities=":"),
        udev_device(1, name="v4l-subdev"),
    ]
    links = ("/dev/v4l/by-id/i", "/dev/v4l/by-path/p")
    assert list(cameras.udev_nodes()) == [
        VideoNode("/dev/video2", "", None, links),
        VideoNode("/dev/video10", "Cam", "S", links),
    ]


def test_udev_is_not_asked_where_there_is_no_video(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyudev", None)
    monkeypatch.setattr(cameras, "_SYSFS_CLASS", str(tmp_path / "missing"))
    assert cameras.capture_nodes() == []
    monkeypatch.setattr(cameras, "_SYSFS_CLASS", str(tmp_path))
    assert cameras.capture_devices() == []


INFOS = [
    DeviceInfo(
        "/dev/video0",
        "Webcam",
        "uvcvideo",
        "usb-1",
        "A1",
        ("/dev/v4l/by-id/x",),
        (SupportedMode("MJPG", 640, 480, (30000 / 1001, 7.5)), SupportedMode("GREY", 64, 48)),
    ),
    DeviceInfo("/dev/video2", "Other", "", "", None, (), (), "/dev/video2 cannot be opened: busy"),
]


def test_describes_them_for_people():
    assert cameras.describe(INFOS) == (
        "/dev/video0  Webcam (uvcvideo, usb-1, serial A1)\n"
        "  /dev/v4l/by-id/x\n"
        "  MJPG  640x480  29.97 7.5 fps\n"
        "  GREY  64x48\n"
        "\n"
        "/dev/video2  Other\n"
        "  /dev/video2 cannot be opened: busy"
    )
    assert cameras.describe([]) == "No capture device found."


def test_gives_them_to_machines():
    first, second = json.loads(json.dumps(cameras.as_json(INFOS)))
    assert first["modes"][1] == {"fourcc": "GREY", "width": 64, "height": 48, "fps": []}
    assert first["links"] == ["/dev/v4l/by-id/x"]
    assert second["fault"].endswith("busy")
