"""Lists of choices made of what drivers list."""

import errno
import os

import pytest
from fake_kernel import PATH, FakeKernel

from camerad.capture.ioctl import FrameRates, FrameSizes
from camerad.capture.modes import rates_within, sizes_within, supported_modes
from camerad.capture.source import Mode, SupportedMode
from camerad.capture.v4l2 import OPEN_FLAGS

RANGE = FrameSizes(50, 1302, 4, 33, 733, 5)


def listed(kernel, monkeypatch, wanted=None, rated=None):
    kernel.install(monkeypatch)
    fd = os.open(PATH, OPEN_FLAGS)
    try:
        return supported_modes(fd, wanted or Mode(), rated)
    finally:
        os.close(fd)


def test_keeps_the_order_of_the_driver_and_sorts_rates(monkeypatch):
    kernel = FakeKernel(
        fourccs=("YUYV", "MJPG"),
        sizes=((320, 240), (640, 480)),
        intervals=((1, 15), (1001, 30000), (1, 60)),
    )
    rates = (60.0, 30000 / 1001, 15.0)
    assert listed(kernel, monkeypatch) == [
        SupportedMode(fourcc, width, height, rates)
        for fourcc in ("YUYV", "MJPG")
        for width, height in ((320, 240), (640, 480))
    ]


def test_rates_are_asked_only_of_formats_that_can_be_chosen(monkeypatch):
    kernel = FakeKernel(fourccs=("BA81", "MJPG"))
    assert listed(kernel, monkeypatch, rated=("MJPG",)) == [
        SupportedMode("BA81", 64, 48),
        SupportedMode("MJPG", 64, 48, (30.0,)),
    ]
    assert kernel.calls.count("ENUM_FRAMEINTERVALS") == 2  # the second is its end


def test_ranges_become_choices(monkeypatch):
    ends = {"min_width": 48, "max_width": 700, "step_width": 4}
    ends |= {"min_height": 32, "max_height": 500, "step_height": 0}
    kernel = FakeKernel(sizes=(ends,), intervals=(((1, 40), (1, 8), (1, 1000)),))
    modes = listed(kernel, monkeypatch, Mode(None, 600, 401, 12.5))
    sizes = [(mode.width, mode.height) for mode in modes]
    assert sizes == [
        (700, 500), (600, 401), (640, 480), (640, 360), (320, 240), (160, 120), (48, 32),
    ]  # fmt: skip
    assert modes[0].fps == (40.0, 30.0, 25.0, 20.0, 15.0, 12.5, 10.0, 8.0)


@pytest.mark.parametrize(("fail", "sizes"), [({}, (640, 480)), ({"TRY_FMT": errno.EINVAL}, None)])
def test_a_driver_that_lists_no_sizes_is_tried(monkeypatch, fail, sizes):
    kernel = FakeKernel(fail={"ENUM_FRAMESIZES": errno.ENOTTY, **fail})
    modes = listed(kernel, monkeypatch)
    assert (modes[0].width, modes[0].height) == (sizes or (64, 48))
    assert (len(modes) > 1) is (sizes is not None)


@pytest.mark.parametrize("interval", [(0, 0), (0, 30), (1, 0)])
def test_senseless_intervals_are_left_out(monkeypatch, interval):
    kernel = FakeKernel(intervals=(interval, (1, 5)))
    assert listed(kernel, monkeypatch)[0].fps == (5.0,)


@pytest.mark.parametrize(
    ("wanted", "contained"),
    [
        (Mode(None, 54, 38), True),
        (Mode(None, 50, 33), True),
        (Mode(None, 1302, 733), True),
        (Mode(None, 52, 38), False),
        (Mode(None, 54, 40), False),
        (Mode(None, 1306, 733), False),
        (Mode(None, 1302, 738), False),
        (Mode(None, 46, 33), False),
        (Mode(None, 50, 28), False),
        (Mode(None, 54, None), False),
    ],
)
def test_a_range_offers_what_is_wanted_within_it(wanted, contained):
    assert ((wanted.width, wanted.height) in sizes_within(RANGE, wanted)) is contained


def test_a_single_size_is_all_there_is():
    assert set(sizes_within(FrameSizes(64, 64, 1, 48, 48, 1), Mode(None, 32, 32))) == {(64, 48)}


@pytest.mark.parametrize(
    ("rates", "fps", "offered"),
    [
        (FrameRates(7.5, 7.5), None, {7.5}),
        (FrameRates(7.5, 7.5), 30.0, {7.5}),
        (FrameRates(10.0, 30.0), 12.0, {10.0, 12.0, 15.0, 20.0, 25.0, 30.0}),
        (FrameRates(0.0, 6.0), 12.0, {1.0, 5.0, 6.0}),
    ],
)
def test_rates_within(rates, fps, offered):
    assert set(rates_within(rates, Mode(fps=fps))) == offered
