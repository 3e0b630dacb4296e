"""The pattern as a camera."""

import os
import threading
import time

import numpy as np
import pytest

from camerad.capture.negotiate import larger_mode
from camerad.capture.pattern import PatternSource, can_show, read_frame_number
from camerad.capture.pattern_picture import PatternPicture
from camerad.capture.source import CameraFault, CaptureFormat, Mode


class Clock:
    """Stands for ``time`` and ``select`` in the source: time passes only when it is slept."""

    def __init__(self, monkeypatch):
        self.now_s = 1000.0
        self.slept_s = []
        monkeypatch.setattr("camerad.capture.pattern.time.monotonic", lambda: self.now_s)

    def attach(self, source):
        source._poll = self

    def poll(self, timeout_ms):
        self.slept_s.append(timeout_ms / 1000)
        self.now_s += -(-timeout_ms // 1) / 1000  # whole milliseconds, rounded up
        return []


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def opened(mode=Mode(), **defaults):  # noqa: B008 - immutable
    source = PatternSource(**defaults)
    source.open(mode)
    return source


def take(source, timeout_s=1.0):
    with source.dequeue(timeout_s) as frame:
        return None if frame is None else (frame.sequence, frame.captured_at_s)


@pytest.mark.parametrize(
    ("mode", "size", "fps"),
    [
        (Mode(), (1280, 720), 30.0),
        (Mode(None, 640, 480, 5), (640, 480), 5.0),
        (Mode("YUYV", 1002, 502, 12.5, exact=True), (1002, 502), 12.5),
        (Mode(None, 1001, 720), (640, 480), 30.0),
        (Mode(None, 100, 100), (320, 240), 30.0),
        (Mode(None, 9000, 9000), (1920, 1080), 30.0),
        (Mode(fps=1000.0), (1280, 720), 60.0),
    ],
)
def test_negotiates_as_a_camera_does(mode, size, fps):
    source = PatternSource()
    width, height = size
    assert source.open(mode) == CaptureFormat(
        "YUYV", width, height, width * 2, width * height * 2, fps, full_range=True
    )
    source.close()


@pytest.mark.parametrize("mode", [Mode("MJPG"), Mode(None, 1001, 720, exact=True)])
def test_refuses_what_it_lacks(mode):
    with pytest.raises(CameraFault, match=r"pattern offers no .*it has: YUYV 1920x1080"):
        PatternSource().open(mode)


def test_its_defaults_are_among_its_modes():
    source = PatternSource(2000, 1500, 24)
    largest = source.open(Mode())
    assert {(mode.width, mode.height) for mode in source.modes()} >= {(2000, 1500), (640, 480)}
    assert all(24 in mode.fps for mode in source.modes())
    assert largest.width == 2000
    assert larger_mode(source.modes(), largest) is None
    source.close()


def test_frames_carry_their_number_and_come_on_time(clock):
    source = opened(Mode(None, 320, 240, 30))
    clock.attach(source)
    source.start()
    for number in range(5):
        with source.dequeue(1) as frame:
            assert frame.sequence == number
            assert frame.captured_at_s == pytest.approx(1000 + number / 30, abs=1e-9)
            assert 0 <= clock.now_s - frame.captured_at_s <= 0.001
            assert frame.flag is None
            luma = np.frombuffer(frame.data, np.uint8).reshape(240, 320, 2)[..., 0]
            assert read_frame_number(luma) == number
    source.close()


def test_a_late_reader_gets_what_is_queued_and_loses_the_rest(clock):
    source = opened(fps=10)
    clock.attach(source)
    source.start()
    assert take(source)[0] == 0
    clock.now_s = 1000.45
    assert [take(source)[0] for _ in range(4)] == [1, 2, 3, 4]
    clock.now_s = 1000.95
    assert [take(source)[0] for _ in range(3)] == [9, 10, 11]
    source.close()


def test_a_timeout_gives_nothing_and_loses_nothing(clock):
    source = opened(fps=1)
    clock.attach(source)
    source.start()
    assert take(source)[0] == 0
    assert take(source, 0.25) is None
    assert clock.slept_s[-1] == 0.25
    assert take(source)[0] == 1
    source.close()


def test_each_start_counts_from_zero(clock):
    source = opened(fps=10)
    clock.attach(source)
    for _ in range(2):
        source.start()
        assert [take(source)[0] for _ in range(3)] == [0, 1, 2]
        source.stop()
    source.close()


def test_an_interrupt_ends_a_wait():
    source = opened(fps=0.1)
    source.start()
    assert take(source) is not None
    waited_s = []

    def wait():
        start_s = time.monotonic()
        assert take(source, 5.0) is None
        waited_s.append(time.monotonic() - start_s)

    waiter = threading.Thread(target=wait)
    waiter.start()
    source.interrupt()
    waiter.join()
    assert waited_s[0] < 1.0
    source.close()


def test_needs_to_be_open_and_started():
    source = PatternSource()
    with pytest.raises(CameraFault, match="not open"):
        source.start()
    source.open(Mode())
    with pytest.raises(CameraFault, match="not streaming"):
        take(source)
    source.close()
    source.close()
    source.interrupt()
    assert source.present()


def test_fifty_lives_leave_nothing():
    source = PatternSource()
    before = os.listdir("/proc/self/fd")
    for _ in range(50):
        source.open(Mode(None, 160, 120))
        source.start()
        source.close()
    assert os.listdir("/proc/self/fd") == before


@pytest.mark.parametrize(
    ("size", "possible"),
    [
        ((160, 120), True),
        ((7680, 4320), True),
        ((158, 120), False),
        ((160, 118), False),
        ((7682, 4320), False),
        ((161, 120), False),
        ((160, 121), False),
    ],
)
def test_sizes(size, possible):
    assert can_show(*size) is possible


@pytest.mark.parametrize(("width", "height"), [(160, 120), (640, 120), (162, 1000), (1280, 720)])
def test_drawing_only_what_changes_shows_the_same_as_drawing_all(width, height):
    moving = PatternPicture(width, height)
    for number in (*range(12), 990, 100_000, 99_999_999):
        moving.draw(number)
        fresh = PatternPicture(width, height)
        fresh.draw(number)
        assert bytes(moving.data) == bytes(fresh.data)


def test_bars_have_the_colours_of_full_range_jfif():
    pixels = np.frombuffer(PatternPicture(160, 120).data, np.uint8).reshape(120, 80, 4)
    bars = [tuple(int(value) for value in pixels[0, at]) for at in range(5, 80, 10)]
    assert bars[0] == (255, 128, 255, 128)
    assert bars[5] == (76, 85, 76, 255)
    assert bars[6] == (29, 255, 29, 107)
    assert bars[7] == (0, 128, 0, 128)
