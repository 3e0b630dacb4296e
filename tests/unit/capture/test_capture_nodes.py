"""Which nodes are cameras."""

import errno
import os

import pytest
import v4l2
from fake_kernel import PATH, FakeKernel

from camerad.capture.identity import Identity, VideoNode
from camerad.capture.nodes import CameraNodes

NODE = VideoNode(PATH, "Webcam", Identity("046d:0825", "A1B2", "usb-1", "00.0"), inode=1)
METADATA = v4l2.V4L2_CAP_META_CAPTURE


def test_a_camera_is_found(monkeypatch):
    FakeKernel().install(monkeypatch)
    before = os.listdir("/proc/self/fd")
    assert CameraNodes(lambda: [NODE]).find() == [NODE]
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize("captures", [True, False])
def test_what_udev_has_asked_is_not_asked_again(monkeypatch, captures):
    FakeKernel(fail={"open": errno.ENODEV}).install(monkeypatch)
    node = VideoNode(PATH, "Webcam", NODE.identity, captures=captures)
    assert CameraNodes(lambda: [node]).find() == [node] * captures


def test_what_gives_metadata_is_none(monkeypatch):
    FakeKernel(device_caps=METADATA).install(monkeypatch)
    assert CameraNodes(lambda: [NODE]).find() == []


@pytest.mark.parametrize("error", [errno.ENOENT, errno.ENODEV, errno.ENXIO])
def test_what_has_gone_is_left_out(monkeypatch, error):
    FakeKernel(fail={"open": error}).install(monkeypatch)
    assert CameraNodes(lambda: [NODE]).find() == []


@pytest.mark.parametrize("error", [errno.EACCES, errno.EBUSY])
def test_what_cannot_be_asked_is_taken_for_a_camera_until_it_can(monkeypatch, error):
    kernel = FakeKernel(fail={"open": error}, device_caps=METADATA)
    kernel.install(monkeypatch)
    nodes = CameraNodes(lambda: [NODE])
    assert nodes.find() == [NODE]
    kernel.fail.clear()
    assert nodes.find() == []


def test_each_is_asked_once_for_every_plugging(monkeypatch):
    kernel = FakeKernel()
    kernel.install(monkeypatch)
    present = [NODE]
    nodes = CameraNodes(lambda: present)
    assert nodes.find() == [NODE]
    kernel.fail["open"] = errno.ENODEV
    assert nodes.find() == [NODE]
    present[:] = [VideoNode(PATH, "Webcam", NODE.identity, inode=2)]
    assert nodes.find() == []
