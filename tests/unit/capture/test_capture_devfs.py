"""Nodes where no udev runs."""

import asyncio

import pytest

from camerad.capture import devfs, sysfs
from camerad.capture.devfs import DevfsWatch, video_nodes
from camerad.capture.identity import Identity


@pytest.fixture(autouse=True)
def dev(monkeypatch, tmp_path):
    """Stands for /dev."""
    dev = tmp_path / "dev"
    dev.mkdir()
    monkeypatch.setattr(devfs, "_DEV", str(dev))
    monkeypatch.setattr(devfs, "LOOK_S", 0.005)
    return dev


@pytest.fixture(autouse=True)
def video_class(monkeypatch, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    monkeypatch.setattr(sysfs, "VIDEO_CLASS", str(folder))
    return folder


@pytest.fixture
def usb_camera(tmp_path, video_class):
    """video2, behind the first interface of a USB device."""
    interface = tmp_path / "devices" / "1-1" / "1-1:1.0"
    (interface / "video2").mkdir(parents=True)
    texts = {
        "../idVendor": "046d",
        "../idProduct": "0825",
        "../serial": "A1B2",
        "bInterfaceNumber": "00",
        "video2/name": "HD Webcam",
        "video2/index": "0",
    }
    for name, text in texts.items():
        (interface / name).write_text(f"{text}\n")
    (interface / "video2" / "device").symlink_to(interface)
    (video_class / "video2").symlink_to(interface / "video2")
    return interface


def test_by_their_numbers(dev):
    for name in ("video10", "video2", "video", "videox", "null", "video1a"):
        (dev / name).touch()
    assert [node.device for node in video_nodes()] == [f"{dev}/video2", f"{dev}/video10"]


def test_a_camera_on_usb(dev, usb_camera):
    (dev / "video2").touch()
    [node] = video_nodes()
    assert node.product == "HD Webcam"
    assert node.identity == Identity("046d:0825", "A1B2", str(usb_camera), "00.0")


def test_of_what_sysfs_knows_nothing_the_node_is_the_identity(dev):
    (dev / "video7").touch()
    [node] = video_nodes()
    assert node.identity == Identity("", "", f"{dev}/video7", ".")


def test_a_node_that_was_made_again_is_another_one(dev):
    (dev / "video0").touch()
    before = video_nodes()
    assert video_nodes() == before
    (dev / "new").touch()
    (dev / "video0").unlink()
    (dev / "new").rename(dev / "video0")
    [after] = video_nodes()
    assert after.inode != before[0].inode


async def test_comings_and_goings_are_noticed(dev):
    watch = DevfsWatch()
    await watch.open()
    for change in ((dev / "video0").touch, (dev / "video0").unlink):
        (dev / "something else").touch()
        changed = asyncio.ensure_future(watch.changed())
        await asyncio.sleep(0.02)
        assert not changed.done()
        change()
        async with asyncio.timeout(5):
            await changed
    watch.close()
