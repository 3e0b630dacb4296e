"""What udev tells of nodes, and that no event of it is missed."""

import asyncio
import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from camerad.capture import sysfs
from camerad.capture.identity import Identity, VideoNode
from camerad.capture.udev import UdevNodes, UdevWatch

LINKS = ("/dev/v4l/by-id/i", "/dev/v4l/by-path/p")
USB = {
    "ID_V4L_CAPABILITIES": ":capture:",
    "ID_V4L_PRODUCT": "HD Webcam",
    "ID_VENDOR_ID": "046d",
    "ID_MODEL_ID": "0825",
    "ID_SERIAL_SHORT": "A1B2",
    "ID_PATH": "pci-0000:00:14.0-usb-0:1:1.0",
    "ID_USB_INTERFACE_NUM": "00",
}


def device(number, name="video", *, initialized=True, dev=Path("/dev"), **properties):
    return SimpleNamespace(
        sys_name=f"{name}{number}",
        sys_number=str(number),
        device_node=f"{dev}/{name}{number}",
        device_links=iter(reversed(LINKS)),
        is_initialized=initialized,
        properties=properties,
    )


@pytest.fixture
def video_class(monkeypatch, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    monkeypatch.setattr(sysfs, "VIDEO_CLASS", str(folder))
    return folder


@pytest.fixture
def dev(tmp_path):
    """Stands for /dev."""
    dev = tmp_path / "dev"
    dev.mkdir()
    return dev


@pytest.fixture
def devices(monkeypatch, video_class, dev):
    """What udev lists; of each, sysfs knows the index and the driver's name for it."""
    devices = []
    context = SimpleNamespace(list_devices=lambda **_: devices)
    monkeypatch.setitem(sys.modules, "pyudev", SimpleNamespace(Context=lambda: context))
    for number in (0, 2, 10):
        (dev / f"video{number}").touch()
        folder = video_class / f"video{number}"
        folder.mkdir()
        (folder / "index").write_text("0\n")
        (folder / "name").write_text("vivid-000-vid-cap\n")
    return devices


def test_a_camera_on_usb(devices, dev):
    devices.append(device(2, dev=dev, **USB))
    identity = Identity("046d:0825", "A1B2", "pci-0000:00:14.0-usb-0:1:1.0", "00.0")
    inode = (dev / "video2").stat().st_ino
    assert UdevNodes().list() == [
        VideoNode(f"{dev}/video2", "HD Webcam", identity, LINKS, inode, True)
    ]


def test_a_camera_that_tells_little(devices, dev):
    devices.append(device(0, dev=dev, ID_PATH="platform-vivid.0"))
    identity = Identity("vivid-000-vid-cap", "", "platform-vivid.0", ".0")
    [node] = UdevNodes().list()
    assert (node.product, node.identity) == ("vivid-000-vid-cap", identity)
    assert node.captures is None


def test_in_the_order_of_their_numbers(devices, dev):
    devices += [device(number, dev=dev) for number in (10, 2, 0, 7)]
    found = [node.device for node in UdevNodes().list()]
    assert found == [f"{dev}/video0", f"{dev}/video2", f"{dev}/video10"]  # 7 has just gone


@pytest.mark.parametrize(
    "other",
    [
        device(1, name="v4l-subdev"),
        device(1, ID_V4L_CAPABILITIES=":"),
        device(1, ID_V4L_CAPABILITIES=":video_output:"),
        device(1, initialized=False),
    ],
    ids=["subdevice", "metadata", "output", "unfinished"],
)
def test_what_is_no_camera_or_not_yet(devices, other):
    devices.append(other)
    assert UdevNodes().list() == []


def test_its_library_is_searched_for_once(devices, dev, monkeypatch):
    devices.append(device(2, dev=dev, **USB))
    nodes = UdevNodes()
    assert len(nodes.list()) == 1
    monkeypatch.setitem(sys.modules, "pyudev", None)
    assert len(nodes.list()) == 1


def test_udev_is_not_asked_where_there_is_no_video(monkeypatch, video_class):
    monkeypatch.setitem(sys.modules, "pyudev", None)
    assert UdevNodes().list() == []
    monkeypatch.setattr(sysfs, "VIDEO_CLASS", str(video_class / "missing"))
    assert UdevNodes().list() == []


class Monitor:
    """udev's end of the netlink socket is a pipe here: a byte is an event, "!" an overrun."""

    def __init__(self):
        self._read, self._write = os.pipe2(os.O_NONBLOCK)

    def filter_by(self, subsystem):
        assert subsystem == "video4linux"

    def start(self):
        pass

    def fileno(self):
        return self._read

    def poll(self, timeout):
        assert timeout == 0
        try:
            event = os.read(self._read, 1)
        except BlockingIOError:
            return None
        if event == b"!":
            raise OSError(errno.ENOBUFS, "No buffer space available")
        return event

    def tell(self, events):
        os.write(self._write, events)

    def close(self):
        os.close(self._read)
        os.close(self._write)


@pytest.fixture
async def monitors(monkeypatch):
    made = []

    def from_netlink(_context):
        made.append(Monitor())
        return made[-1]

    module = SimpleNamespace(
        Context=lambda: None, Monitor=SimpleNamespace(from_netlink=from_netlink)
    )
    monkeypatch.setitem(sys.modules, "pyudev", module)
    yield made
    for monitor in made:
        monitor.close()


@pytest.fixture
async def watch(monitors):
    watch = UdevWatch()
    await watch.open()
    assert len(monitors) == 1
    yield watch
    watch.close()
    watch.close()


async def is_quiet(watch):
    try:
        await asyncio.wait_for(watch.changed(), 0.02)
    except TimeoutError:
        return True
    return False


async def test_an_event_is_noticed_and_many_are_one(watch, monitors):
    assert await is_quiet(watch)
    monitors[0].tell(b"aar")
    async with asyncio.timeout(5):
        await watch.changed()
    assert await is_quiet(watch)


async def test_an_event_before_the_wait_is_not_missed(watch, monitors):
    monitors[0].tell(b"a")
    await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        await watch.changed()


async def test_lost_events_are_a_change_and_more_are_heard(watch, monitors, caplog):
    caplog.set_level("INFO")
    monitors[0].tell(b"a!")
    async with asyncio.timeout(5):
        await watch.changed()
    assert "lost" in caplog.text
    assert await is_quiet(watch)
    assert len(monitors) == 2
    monitors[1].tell(b"a")
    async with asyncio.timeout(5):
        await watch.changed()
