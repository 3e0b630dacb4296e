"""What becomes of a driver's controls: those that hold a number, under names that people use."""

import ctypes
import errno
import os

import pytest
import v4l2

from camerad.capture import ioctl
from camerad.capture.driver_controls import list_controls, plain_name
from camerad.capture.source import Control, MenuItem


class Driver:
    """Controls by id: name, type, flags. Menus go from 0 to 3, and have what ``items`` says."""

    def __init__(self, controls, items=None, failing=None):
        self.controls = controls
        self.items = items or {}
        self.failing = failing or {}

    def call(self, _fd, request, argument):
        {
            v4l2.VIDIOC_QUERYCTRL: self.queryctrl,
            v4l2.VIDIOC_QUERYMENU: self.querymenu,
            v4l2.VIDIOC_G_CTRL: self.g_ctrl,
        }[request](argument)

    def queryctrl(self, query):
        after = query.id & ~v4l2.V4L2_CTRL_FLAG_NEXT_CTRL
        following = sorted(number for number in self.controls if number > after)
        if not following:
            raise OSError(errno.EINVAL, "no more")
        query.id = following[0]
        query.name, query.type, query.flags = self.controls[query.id]
        query.minimum, query.maximum, query.step, query.default_value = 0, 3, 1, 2

    def querymenu(self, query):
        item = self.items.get(query.index)
        if item is None:
            raise OSError(errno.EINVAL, "a gap")
        if isinstance(item, int):
            place = v4l2.v4l2_querymenu.name.offset
            ctypes.c_int64.from_buffer(query, place).value = item
        else:
            query.name = item

    def g_ctrl(self, control):
        if control.id in self.failing:
            code = self.failing[control.id]
            raise OSError(code, os.strerror(code))
        control.value = 1


@pytest.fixture
def listed(monkeypatch):
    def listed(*args, **fields):
        monkeypatch.setattr(ioctl, "call", Driver(*args, **fields).call)
        return list(list_controls(3))

    return listed


INTEGER = v4l2.V4L2_CTRL_TYPE_INTEGER
MENU = v4l2.V4L2_CTRL_TYPE_MENU
BRIGHTNESS = v4l2.V4L2_CID_BRIGHTNESS
EXPOSURE_AUTO = v4l2.V4L2_CID_EXPOSURE_AUTO


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Brightness", "brightness"),
        ("Exposure (Absolute)", "exposure_absolute"),
        ("White Balance Temperature, Auto", "white_balance_temperature_auto"),
        ("Grün 2", "gr_n_2"),
    ],
)
def test_names_are_those_of_v4l2_ctl(name, plain):
    assert plain_name(name) == plain


def test_an_integer(listed):
    assert listed({BRIGHTNESS: (b"Brightness", INTEGER, 0)}) == [
        Control(BRIGHTNESS, "brightness", "integer", 0, 3, 1, default=2, value=1)
    ]


def test_a_menu_has_its_items_and_no_gaps(listed):
    (control,) = listed(
        {EXPOSURE_AUTO: (b"Auto Exposure", MENU, 0)}, items={1: b"Manual", 3: b"Aperture"}
    )
    assert (control.name, control.alias, control.type) == ("auto_exposure", "exposure_auto", "menu")
    assert control.items == (MenuItem(1, "Manual"), MenuItem(3, "Aperture"))


def test_a_menu_of_integers(listed):
    (control,) = listed(
        {0x9A0913: (b"Sensitivity", v4l2.V4L2_CTRL_TYPE_INTEGER_MENU, 0)},
        items={0: 100_000, 1: 5_000_000_000},
    )
    assert control.items == (MenuItem(0, "100000"), MenuItem(1, "5000000000"))
    assert control.alias is None


@pytest.mark.parametrize(
    "left_out",
    [
        (b"User Controls", v4l2.V4L2_CTRL_TYPE_CTRL_CLASS, 0),
        (b"Reset", v4l2.V4L2_CTRL_TYPE_BUTTON, 0),
        (b"Title", v4l2.V4L2_CTRL_TYPE_STRING, 0),
        (b"Big", v4l2.V4L2_CTRL_TYPE_INTEGER64, 0),
        (b"Flags", v4l2.V4L2_CTRL_TYPE_BITMASK, 0),
        (b"Temperature", INTEGER, v4l2.V4L2_CTRL_FLAG_READ_ONLY),
        (b"Pan, Relative", INTEGER, v4l2.V4L2_CTRL_FLAG_WRITE_ONLY),
        (b"Old", INTEGER, v4l2.V4L2_CTRL_FLAG_DISABLED),
    ],
    ids=lambda control: control[0].decode(),
)
def test_what_cannot_be_set_to_a_number_is_left_out(listed, left_out):
    controls = listed({1: left_out, BRIGHTNESS: (b"Brightness", INTEGER, 0)})
    assert [control.name for control in controls] == ["brightness"]


def test_what_cannot_be_read_is_left_out(listed):
    table = {1: (b"Odd", INTEGER, 0), BRIGHTNESS: (b"Brightness", INTEGER, 0)}
    assert [control.name for control in listed(table, failing={1: errno.EIO})] == ["brightness"]


def test_a_device_that_is_gone_is_no_odd_control(listed):
    with pytest.raises(OSError, match="No such device"):
        listed({1: (b"Odd", INTEGER, 0)}, failing={1: errno.ENODEV})
