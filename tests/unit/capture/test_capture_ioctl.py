"""The ioctls where the kernel is slow, endless or terse."""

import ctypes
import errno

import pytest
import v4l2
from fake_kernel import FakeKernel

from camerad.capture import controls, ioctl


def test_a_signal_does_not_end_a_call(monkeypatch):
    results = [InterruptedError, InterruptedError, None]
    requests = []

    def interrupted(_fd, request, _argument):
        requests.append(request)
        if result := results.pop(0):
            raise result

    monkeypatch.setattr("fcntl.ioctl", interrupted)
    ioctl.call(3, v4l2.VIDIOC_QUERYCAP, ctypes.c_int())
    assert requests == [0x80685600] * 3


def test_other_errors_are_the_callers(monkeypatch):
    def refused(_fd, _request, _argument):
        raise OSError(errno.EIO, "no")

    monkeypatch.setattr("fcntl.ioctl", refused)
    with pytest.raises(OSError, match="no"):
        list(ioctl.enum_fmt(3))


def test_an_endless_list_ends(monkeypatch):
    monkeypatch.setattr("fcntl.ioctl", lambda *_: None)
    assert len(list(ioctl.enum_fmt(3))) == 1024


@pytest.mark.parametrize(
    ("fps", "interval"),
    [
        (30, (1, 30)),
        (29.97, (100, 2997)),
        (7.5, (2, 15)),
        (0.5, (2, 1)),
        (30000 / 1001, (100, 2997)),
    ],
)
def test_rates_become_intervals(monkeypatch, fps, interval):
    kernel = FakeKernel(fd=3)
    monkeypatch.setattr(ioctl, "call", kernel.call)
    assert ioctl.s_parm(3, fps).fps == pytest.approx(fps, rel=1e-4)
    assert kernel.interval == interval


def test_a_driver_that_does_not_tell_its_rate(monkeypatch):
    monkeypatch.setattr(ioctl, "call", FakeKernel(fd=3, interval=(0, 0)).call)
    assert ioctl.g_parm(3).fps is None


def test_old_answers_have_no_quantization(monkeypatch):
    kernel = FakeKernel(fd=3, answer={"priv": 0, "quantization": 1})
    monkeypatch.setattr(ioctl, "call", kernel.call)
    assert ioctl.s_fmt(3, "YUYV", 64, 48).quantization == 0
    kernel.answer = {"quantization": 1}
    assert ioctl.s_fmt(3, "YUYV", 64, 48).quantization == 1


def test_controls_are_walked_by_their_ids(monkeypatch):
    table = {0x980900: (b"Brightness", 0), 0x980901: (b"Off", 1), 0x9A0902: (b"Exposure", 0)}
    values = {}

    def call(_fd, request, argument):
        if request == v4l2.VIDIOC_QUERYCTRL:
            after = argument.id & ~v4l2.V4L2_CTRL_FLAG_NEXT_CTRL
            following = [control for control in table if control > after]
            if not following:
                raise OSError(errno.EINVAL, "no more")
            argument.id = following[0]
            argument.name, argument.flags = table[following[0]]
            argument.maximum = 255
        elif request == v4l2.VIDIOC_S_CTRL:
            values[argument.id] = argument.value
        else:
            argument.value = values[argument.id]

    monkeypatch.setattr(ioctl, "call", call)
    found = list(controls.queryctrl(3))
    assert [(control.id, control.name) for control in found] == [
        (0x980900, "Brightness"),
        (0x9A0902, "Exposure"),
    ]
    assert found[0].maximum == 255
    controls.s_ctrl(3, 0x980900, -7)
    assert controls.g_ctrl(3, 0x980900) == -7
