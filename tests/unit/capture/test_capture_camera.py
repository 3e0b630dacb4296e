"""A camera's thread, in front of a source that is told what to do."""

import logging
import math
import threading
import time
from concurrent.futures import CancelledError

import pytest
from scripted_source import LARGE, SMALL, ScriptedSource

from camerad.capture import camera as module
from camerad.capture.adjustment import Adjustment
from camerad.capture.camera import Camera, State, Status
from camerad.capture.source import BrokenFrame, CameraFault, Control, FrameFlag, Mode

GAIN = Control(1, "gain", "integer", 0, 10, 1, default=5, value=5)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    monkeypatch.setattr(module, "STALL_FLOOR_S", 0.2)
    monkeypatch.setattr(module, "STALL_INTERVALS", 1)


@pytest.fixture
def source():
    return ScriptedSource()


def unpacker(_fmt):
    def unpack(data):
        if bytes(data) == b"broken":
            raise BrokenFrame("no picture")
        return bytes(data)

    return unpack


@pytest.fixture
def camera(source):
    camera = Camera(source, Mode(), unpacker)
    yield camera
    camera.close(5)
    assert not any(thread.is_alive() for thread in source.threads)
    assert not source.calls or source.calls[-1] == "close"


def watched(camera):
    """Start the camera; gives the list that its pictures go to."""
    pictures = []
    camera.start(lambda picture, _: pictures.append(picture))
    return pictures


@pytest.fixture
def published(camera):
    pictures = watched(camera)
    in_state(camera, State.STREAMING)
    return pictures


def until(condition, timeout_s=5):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.001)


def in_state(camera, state):
    until(lambda: camera.status.state is state)


def fail_once(call, fault, when):
    """``call``, but the first time that ``when`` is true of its argument it raises."""
    faults = [fault]

    def failing(argument):
        if faults and when(argument):
            raise faults.pop()
        return call(argument)

    return failing


def test_nobody_looks_and_nothing_happens(camera, source):
    assert camera.status.state is State.PROBING
    assert not camera.connected
    assert source.calls == []
    assert camera.pulse.due_s == math.inf


def test_a_probe_tells_what_it_is_and_lets_go(camera, source, caplog):
    caplog.set_level(logging.INFO)
    camera.probe()
    in_state(camera, State.READY)
    until(lambda: source.calls_of_life == ["open", "close"])
    assert camera.connected
    assert camera.status.format.width == 640
    assert camera.status.modes == (SMALL,)
    until(lambda: camera.pulse.due_s == math.inf)
    assert caplog.messages == []  # a start that is refused for something else says only that


def test_pictures_come_with_the_time_of_their_capture(camera, source):
    published = []
    camera.start(lambda *picture: published.append(picture))
    before_s = time.monotonic()
    source.give(b"one")
    source.give(b"two")
    until(lambda: len(published) == 2)
    assert [picture for picture, _ in published] == [b"one", b"two"]
    assert all(before_s <= captured_at_s <= time.monotonic() for _, captured_at_s in published)
    assert camera.status.state is State.STREAMING
    assert camera.connected
    assert camera.counters.frames == 2


def test_it_stops_and_starts_with_the_demand(camera, source, published):
    in_state(camera, State.STREAMING)
    camera.stop()
    in_state(camera, State.READY)
    until(lambda: source.calls[-1] == "close")
    camera.start(lambda picture, _: published.append(picture))
    in_state(camera, State.STREAMING)
    assert source.calls_of_life == ["open", "start", "close", "open", "start"]
    assert len(source.threads) == 1


def test_nothing_is_published_after_the_end_of_demand(camera, source, published):
    source.give()
    until(lambda: published)
    camera.stop()
    in_state(camera, State.READY)
    source.give()
    camera.close(5)
    assert len(published) == 1


def test_gaps_in_the_sequence_are_frames_that_the_driver_dropped(camera, source, published):
    for sequence in (3, 4, 7, 8, 2, 4):
        source.give(sequence=sequence)
    until(lambda: len(published) == 6)
    assert camera.counters.dropped == 2 + 1


@pytest.mark.parametrize(
    "frame",
    [{"flag": FrameFlag.ERROR}, {"flag": FrameFlag.SHORT}, {"data": b"broken"}],
    ids=["flagged", "short", "no picture"],
)
def test_a_bad_frame_is_counted_and_left_out(camera, source, published, frame):
    source.give(b"first")
    source.give(**frame)
    source.give(b"last")
    until(lambda: len(published) == 2)
    assert published == [b"first", b"last"]
    assert (camera.counters.frames, camera.counters.broken) == (2, 1)
    assert camera.counters.dropped == 0


def test_a_camera_that_says_no_is_asked_again(camera, source, caplog):
    source.opening_faults += [CameraFault("/dev/video7 is in use")] * 3
    with caplog.at_level(logging.INFO):
        published = watched(camera)
        source.give(b"at last")
        until(lambda: published)
    assert camera.counters.faults == 3
    assert camera.status.fault is None
    said = [record.getMessage() for record in caplog.records]
    assert said.count("/dev/video7 is in use") == 1
    assert "/dev/video7 is back" in said


@pytest.mark.parametrize(("gone", "state"), [(False, State.FAULT), (True, State.ABSENT)])
def test_a_fault_is_told_until_it_is_over(camera, source, published, gone, state):
    source.give()
    until(lambda: published)
    source.opening_faults += [CameraFault("still bad", gone=gone)] * 20
    source.fail("gone bad", gone=gone)
    in_state(camera, state)
    assert camera.status.fault in ("gone bad", "still bad")
    assert not camera.connected
    assert camera.status.format.width == 640
    source.give(b"again")
    until(lambda: published[-1] == b"again")
    assert camera.status.fault is None
    assert camera.connected


def test_whatever_a_driver_says_of_a_device_that_is_not_there(camera, source, published):
    source.give()
    until(lambda: published)
    source.there = False
    source.opening_faults += [CameraFault("what device?")] * 1000
    source.fail("no valid argument")
    in_state(camera, State.ABSENT)


@pytest.mark.usefixtures("published")
def test_a_fault_is_tried_again_when_nobody_looks(camera, source):
    source.opening_faults += [CameraFault("gone", gone=True)] * 5
    source.fail("gone", gone=True)
    until(lambda: not camera.connected)
    camera.stop()
    source.give()
    in_state(camera, State.READY)
    until(lambda: source.calls[-1] == "close")


def test_a_fault_at_the_start_of_streaming_is_one_too(camera, source):
    source.starting_faults.append(CameraFault("no bandwidth"))
    published = watched(camera)
    source.give(b"picture")
    until(lambda: published)
    assert camera.counters.faults == 1
    assert source.calls_of_life == ["open", "start", "close", "open", "start"]


def test_a_silent_camera_has_failed(camera, source, published):
    source.give()
    until(lambda: published)
    until(lambda: camera.counters.faults)
    source.give(b"again")
    until(lambda: published[-1] == b"again")


def test_a_camera_that_gives_only_rubbish_has_failed(camera, source, published):
    deadline_s = time.monotonic() + 5
    while not camera.counters.faults and time.monotonic() < deadline_s:
        source.give(b"broken")
        time.sleep(0.005)
    assert camera.counters.faults >= 1
    assert camera.counters.broken > 3
    assert not published


def test_a_slow_camera_has_not_failed(camera, source):
    source.fps = 2.0  # one interval of patience: 500 ms
    published = watched(camera)
    for _ in range(3):
        source.give()
        time.sleep(0.3)
    assert camera.counters.faults == 0
    assert len(published) == 3


def test_no_bug_ends_a_camera_for_ever(camera, source, published, caplog):
    source.break_down()
    in_state(camera, State.FAULT)
    source.give()
    until(lambda: published)
    assert "ZeroDivisionError" in caplog.text


def test_a_consumer_that_fails_ends_nothing(camera, source, caplog):
    published = []

    def publish(picture, _captured_at_s):
        published.append(picture)
        if len(published) == 1:
            raise KeyError

    camera.start(publish)
    source.give(b"one")
    source.give(b"two")
    until(lambda: len(published) == 2)
    assert "KeyError" in caplog.text


def test_only_pictures_keep_the_pulse_going(camera, source):
    source.fps = 0.01  # a patience of 100 s
    published = watched(camera)
    in_state(camera, State.STREAMING)
    source.give()
    until(lambda: published)
    due_s = camera.pulse.due_s
    for _ in range(3):
        source.give(b"broken")
    until(lambda: camera.counters.broken == 3)
    assert camera.pulse.due_s == due_s < time.monotonic() + 100 + module.HANG_S
    source.give()
    until(lambda: len(published) == 2)
    assert camera.pulse.due_s > due_s


def test_a_driver_that_hangs_is_late_with_its_pulse(camera, source, monkeypatch):
    monkeypatch.setattr(module, "HANG_S", 0.05)
    hanging = threading.Event()
    source.open = lambda _mode: hanging.wait(5)
    camera.probe()
    until(lambda: camera.pulse.due_s < time.monotonic())
    hanging.set()


@pytest.mark.usefixtures("published")
def test_a_camera_that_is_away_is_no_hang(camera, source, monkeypatch):
    monkeypatch.setattr(module, "RETRY_S", 60)
    source.fail(gone=True)
    in_state(camera, State.ABSENT)
    until(lambda: camera.pulse.due_s == math.inf)


class TestSettings:
    @pytest.fixture
    def source(self):
        source = ScriptedSource([SMALL, LARGE])
        source.offered_controls = [GAIN]
        return source

    def test_a_new_mode_reopens_a_camera_that_streams(self, camera, source, published):
        camera.set_mode(Mode(width=1920, height=1080))
        source.give(b"large")
        until(lambda: published)
        assert camera.status.format.width == 1920
        assert source.calls_of_life == ["open", "start", "close", "open", "start"]

    def test_a_new_mode_is_looked_at_when_nobody_looks(self, camera, source):
        camera.set_mode(Mode(width=1920, height=1080))
        until(lambda: source.calls_of_life == ["open", "close"])
        assert camera.status.format.width == 1920

    def test_the_same_mode_disturbs_nobody(self, camera, source, published):
        camera.set_mode(Mode())
        camera.adjust(Adjustment())
        source.give()
        until(lambda: published)
        assert source.calls_of_life == ["open", "start"]

    def test_controls_are_set_without_a_break(self, camera, source, published):
        camera.adjust(Adjustment({"gain": 3}))
        until(lambda: source.controls_set == [("gain", 3)])
        source.give()
        until(lambda: published)
        assert source.calls_of_life == ["open", "start"]
        assert camera.status.controls == (GAIN,)

    def test_controls_are_set_whenever_the_camera_is_opened(self, camera, source):
        camera.adjust(Adjustment({"gain": 3}))
        until(lambda: source.calls_of_life == ["open", "close"])
        published = watched(camera)
        source.give()
        until(lambda: published)
        source.fail()
        source.give()
        until(lambda: len(published) == 2)
        assert source.controls_set == [("gain", 3)] * 3

    @pytest.mark.usefixtures("published")
    def test_what_the_camera_offers_stays_known_while_it_is_away(self, camera, source):
        source.opening_faults += [CameraFault("gone", gone=True)] * 1000
        source.fail("gone", gone=True)
        in_state(camera, State.ABSENT)
        assert camera.status.controls == (GAIN,)


class TestStill:
    @pytest.fixture
    def source(self):
        return ScriptedSource([SMALL, LARGE])

    def test_is_taken_at_the_highest_resolution(self, camera, source):
        camera.probe()
        in_state(camera, State.READY)
        assert (camera.still_mode.fourcc, camera.still_mode.width) == ("MJPG", 1920)
        source.give(b"large")
        assert camera.still().result(5)[0] == b"large"
        assert source.modes_asked[-1] == camera.still_mode

    def test_the_stream_goes_on_after_it(self, camera, source, published):
        source.give(b"before")
        until(lambda: published)
        still = camera.still()
        until(lambda: len(source.modes_asked) == 3)
        source.give(b"large")
        assert still.result(5)[0] == b"large"
        until(lambda: len(source.modes_asked) == 4)
        source.give(b"after")
        until(lambda: len(published) == 2)
        assert published == [b"before", b"after"]
        assert camera.status.format.width == 640

    def test_needs_no_other_mode_where_the_stream_is_large_already(self, camera, source):
        source.offers = [LARGE]
        camera.probe()
        in_state(camera, State.READY)
        assert camera.still_mode is None
        source.give(b"only")
        assert camera.still().result(5)[0] == b"only"

    @pytest.mark.usefixtures("published")
    def test_one_picture_serves_all_who_wait(self, camera, source):
        stills = [camera.still() for _ in range(3)]
        until(lambda: source.modes_asked[-1].width == 1920)
        source.give(b"large")
        assert [still.result(5)[0] for still in stills] == [b"large"] * 3

    def test_fails_with_the_camera(self, camera, source):
        source.opening_faults.append(CameraFault("/dev/video7 is in use"))
        with pytest.raises(CameraFault, match="in use"):
            camera.still().result(5)

    def test_fails_when_no_picture_comes(self, camera):
        still = camera.still()
        with pytest.raises(CameraFault, match="no picture at 640x480"):
            still.result(5)

    @pytest.mark.parametrize("refused", ["opening", "starting", "giving"])
    def test_is_taken_as_it_streams_where_the_highest_is_refused(
        self, camera, source, caplog, monkeypatch, refused
    ):
        monkeypatch.setattr(module, "STALL_FLOOR_S", 0.3)
        camera.probe()
        in_state(camera, State.READY)
        until(lambda: source.calls[-1] == "close")
        no_bandwidth = CameraFault("no USB bandwidth left")
        if refused == "opening":
            source.open = fail_once(source.open, no_bandwidth, when=lambda mode: mode.width)
        elif refused == "starting":
            source.starting_faults.append(no_bandwidth)
        still = camera.still()
        until(lambda: "taking the still at 640x480" in caplog.text)
        source.give(b"small")
        assert still.result(5)[0] == b"small"
        assert source.modes_asked[-1] == Mode()
        assert camera.counters.faults == 0

    def test_tells_when_it_was_captured(self, camera, source):
        before_s = time.monotonic()
        source.give()
        given_s = time.monotonic()
        _, captured_at_s = camera.still().result(5)
        assert before_s <= captured_at_s <= given_s

    def test_skips_what_is_no_picture(self, camera, source):
        still = camera.still()
        source.give(flag=FrameFlag.ERROR)
        source.give(b"broken")
        source.give(b"good")
        assert still.result(5)[0] == b"good"
        assert camera.counters.broken == 2

    def test_may_be_cancelled(self, camera, source, published):
        still = camera.still()
        assert still.cancel()
        source.give(b"large")
        with pytest.raises(CancelledError):
            still.result(5)
        source.give(b"next")
        until(lambda: published)


class TestClose:
    @pytest.fixture(params=["new", "probed", "streaming", "failing", "taking a still"])
    def busy(self, request, camera, source, monkeypatch):
        """A camera in each state of its life."""
        if request.param == "failing":
            source.opening_faults += [CameraFault("no")] * 10_000
        if request.param in ("probed", "failing"):
            camera.probe()
            until(lambda: source.calls)
        elif request.param == "streaming":
            camera.start(lambda *_: None)
            in_state(camera, State.STREAMING)
        elif request.param == "taking a still":
            monkeypatch.setattr(module, "STALL_FLOOR_S", 60)
            camera.still()
            until(lambda: "start" in source.calls)
        return camera

    def test_gives_the_device_back_at_once(self, busy, source):
        started_s = time.monotonic()
        busy.close(5)
        assert time.monotonic() - started_s < 1
        assert not any(thread.is_alive() for thread in source.threads)
        busy.close(5)

    def test_leaves_no_still_waiting(self, busy):
        stills = [busy.still() for _ in range(2)]
        busy.close(5)
        stills.append(busy.still())
        for still in stills:
            with pytest.raises(CameraFault):
                still.result(1)

    def test_is_for_good(self, busy, source):
        busy.close(5)
        calls = len(source.calls)
        busy.start(lambda *_: None)
        busy.probe()
        time.sleep(0.02)
        assert len(source.calls) == calls
        assert not any(thread.is_alive() for thread in source.threads)

    def test_does_not_wait_for_a_driver_that_hangs(self, camera, source):
        hanging = threading.Event()
        source.open = lambda _mode: hanging.wait(5)
        camera.probe()
        until(lambda: camera._thread is not None)
        started_s = time.monotonic()
        camera.close(0.05)
        assert time.monotonic() - started_s < 1
        hanging.set()


@pytest.mark.usefixtures("published")
def test_a_probe_ends_the_wait_for_the_next_attempt(camera, source, monkeypatch):
    monkeypatch.setattr(module, "RETRY_S", 60)
    source.fail(gone=True)
    in_state(camera, State.ABSENT)
    source.give()
    camera.probe()
    in_state(camera, State.STREAMING)


@pytest.mark.usefixtures("published")
def test_a_probe_disturbs_no_stream(camera, source):
    camera.probe()
    source.give()
    until(lambda: camera.counters.frames == 1)
    camera.stop()
    in_state(camera, State.READY)
    until(lambda: source.calls[-1] == "close")
    assert source.calls_of_life == ["open", "start", "close"]


def test_a_camera_that_opens_and_gives_nothing_stays_failed(camera, caplog):
    changes = []
    camera.on_change(lambda _, after: changes.append(after.state))
    with caplog.at_level(logging.INFO):
        watched(camera)
        until(lambda: camera.counters.faults == 3)
        camera.close(5)
    assert changes[:3] == [State.READY, State.STREAMING, State.FAULT]
    assert State.READY not in changes[3:]
    said = [record.getMessage() for record in caplog.records]
    assert sum("given no picture" in line for line in said) == 1
    assert not any("is back" in line for line in said)


def changes_of(camera):
    """The list that the changes of its status go to from now on."""
    changes = []
    camera.on_change(lambda _, after: changes.append(after))
    return changes


@pytest.mark.parametrize("looks", ["nobody", "somebody now and then"])
def test_only_a_picture_proves_that_a_camera_works_again(camera, source, looks, caplog):
    watched(camera)
    in_state(camera, State.FAULT)
    camera.stop()
    changes = changes_of(camera)
    faults = camera.counters.faults
    with caplog.at_level(logging.INFO):
        while camera.counters.faults < faults + 3:
            source.give(b"broken")
            if looks != "nobody":
                watched(camera)
            time.sleep(0.005)  # between two frames
            camera.stop()
        assert changes == []
        assert "is back" not in caplog.text
        source.give()
        in_state(camera, State.READY)
        until(lambda: source.calls[-1] == "close")
    assert [change.state for change in changes] == [State.READY]
    assert camera.status.fault is None
    assert caplog.text.count("is back") == 1


def test_who_comes_while_a_camera_proves_itself_gets_its_pictures(camera, source):
    camera.probe()
    in_state(camera, State.READY)
    source.starting_faults.append(CameraFault("no bandwidth"))
    camera.start(lambda *_: None)
    in_state(camera, State.FAULT)
    camera.stop()
    until(lambda: source.calls[-1] == "start")
    pictures = watched(camera)
    source.give(b"proof")
    source.give(b"next")
    until(lambda: len(pictures) >= 1 and pictures[-1] == b"next")
    assert camera.status.state is State.STREAMING
    assert source.calls_of_life[-1] == "start"


def test_a_still_proves_that_a_camera_works_again(camera, source):
    watched(camera)
    in_state(camera, State.FAULT)
    camera.stop()
    still = camera.still()
    source.give(b"still")
    assert still.result(5)[0] == b"still"
    assert camera.status.state is State.READY
    assert camera.status.fault is None


def test_faults_that_change_their_words_do_not_fill_the_log(camera, source, caplog):
    source.opening_faults += [CameraFault(f"busy: pid {pid}") for pid in range(20)]
    camera.probe()
    source.give()
    in_state(camera, State.READY)
    assert len([record for record in caplog.records if "busy" in record.getMessage()]) == 4


ABSENT = CameraFault("gone", gone=True)
BUSY = CameraFault("busy")
LIVES = {
    "it is there": ([], "PROBING READY STREAMING"),
    "it comes late": ([ABSENT, ABSENT], "PROBING ABSENT PROBING ABSENT PROBING STREAMING"),
    "it is busy at first": ([BUSY, BUSY], "PROBING FAULT STREAMING"),
    "it is busy once it is there": ([ABSENT, BUSY], "PROBING ABSENT PROBING FAULT STREAMING"),
    "it goes while it is busy": ([BUSY, ABSENT], "PROBING FAULT ABSENT PROBING STREAMING"),
}


@pytest.mark.parametrize(("faults", "expected"), LIVES.values(), ids=LIVES)
def test_the_states_of_a_life(camera, source, faults, expected):
    states = [camera.status.state]
    camera.on_change(lambda _, after: states.append(after.state))
    source.opening_faults += faults
    published = watched(camera)
    source.give()
    until(lambda: published)
    passed = [
        state.name
        for state, before in zip(states, [None, *states], strict=False)
        if state is not before
    ]
    assert " ".join(passed) == expected
    assert camera.status.fault is None


def test_a_device_that_is_not_there_is_not_probed(camera, source):
    source.there = False
    source.opening_faults += [ABSENT] * 10_000
    camera.probe()
    in_state(camera, State.ABSENT)
    changes = changes_of(camera)
    until(lambda: camera.counters.faults > 5)
    assert changes == []


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_reason(state):
    assert Status(state).reason
    assert Status(state, fault="because").reason == "because"


def test_listeners_are_told_of_every_change_of_the_status(camera, source):
    changes = []
    camera.on_change(lambda before, after: changes.append((before.state, after.state)))
    camera.probe()
    in_state(camera, State.READY)
    watched(camera)
    in_state(camera, State.STREAMING)
    source.fail(gone=True)
    source.give()
    until(lambda: len(changes) == 5)
    assert changes == [
        (State.PROBING, State.READY),
        (State.READY, State.STREAMING),
        (State.STREAMING, State.ABSENT),
        (State.ABSENT, State.PROBING),
        (State.PROBING, State.STREAMING),
    ]


def test_the_same_status_again_is_no_change(camera, source):
    camera.probe()
    in_state(camera, State.READY)
    changes = []
    camera.on_change(lambda before, after: changes.append((before, after)))
    camera.probe()
    until(lambda: source.calls.count("open") == 2)
    camera.close(5)
    assert changes == []
