"""V4L2Source against a driver that fails on demand."""

import errno
import os
import select
import time
from collections import deque

import numpy as np
import pytest
import v4l2
from fake_kernel import BUFFER_BYTES, CAPTURE, MONOTONIC, PATH, FakeKernel, Frame, code

from camerad.capture import abi
from camerad.capture.source import CameraFault, FrameFlag, Mode
from camerad.capture.v4l2 import V4L2Source

WHOLE = 64 * 48 * 2


def started(kernel: FakeKernel, monkeypatch: pytest.MonkeyPatch) -> V4L2Source:
    kernel.install(monkeypatch)
    source = V4L2Source(PATH)
    source.open(Mode())
    source.start()
    return source


def mappings() -> int:
    """How many buffers are mapped; those that happen to lie in a row share a line."""
    with open("/proc/self/maps", encoding="ascii") as maps:
        ranges = [line.split()[0].split("-") for line in maps if "fake-video" in line]
    return sum(int(end, 16) - int(start, 16) for start, end in ranges) // BUFFER_BYTES


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_opens_streams_and_gives_everything_back(monkeypatch, caplog):
    kernel = FakeKernel(frames=deque([Frame(WHOLE, sequence=7, timestamp_s=12)]))
    before = descriptors()
    source = started(kernel, monkeypatch)
    assert kernel.queued == [0, 1, 2, 3]
    assert mappings() == 4
    with source.dequeue(1) as frame:
        assert frame is not None
        assert (frame.sequence, frame.captured_at_s, frame.flag) == (7, 12.0, None)
        assert len(frame.data) == WHOLE
        assert kernel.queued == [1, 2, 3]
    assert kernel.queued == [1, 2, 3, 0]
    source.close()
    source.close()
    assert (kernel.allocated, kernel.streaming, mappings()) == (0, False, 0)
    assert descriptors() == before
    assert not caplog.records


def test_opening_again_gives_the_first_life_back(monkeypatch):
    kernel = FakeKernel()
    before = descriptors()
    source = started(kernel, monkeypatch)
    source.open(Mode())
    assert mappings() == 4
    source.close()
    assert descriptors() == before


def test_a_node_that_was_made_again_is_another_camera(monkeypatch):
    FakeKernel().install(monkeypatch)
    before = descriptors()
    with pytest.raises(CameraFault, match="gone") as fault:
        V4L2Source(PATH, inode=0).open(Mode())
    assert fault.value.gone
    assert descriptors() == before


def test_fifty_lives_leave_nothing(monkeypatch):
    kernel = FakeKernel()
    kernel.install(monkeypatch)
    source = V4L2Source(PATH)
    before = descriptors()
    for round_ in range(50):
        kernel.fail = {"STREAMON": errno.EINVAL} if round_ % 2 else {}
        source.open(Mode())
        if round_ % 2:
            with pytest.raises(CameraFault):
                source.start()
        else:
            source.start()
        source.close()
    assert (descriptors(), mappings()) == (before, 0)


@pytest.mark.parametrize("name", ["QUERYCAP", "ENUM_FMT", "S_FMT", "S_PARM", "REQBUFS", "QUERYBUF"])
def test_a_failing_open_leaves_nothing(monkeypatch, name):
    kernel = FakeKernel(fail={name: errno.EIO})
    kernel.install(monkeypatch)
    before = descriptors()
    with pytest.raises(CameraFault, match="reports an error"):
        V4L2Source(PATH).open(Mode())
    assert (descriptors(), mappings()) == (before, 0)


@pytest.mark.parametrize(
    ("name", "error", "says", "gone"),
    [
        ("open", errno.EACCES, "cannot be opened: no permission; .* group video", False),
        ("open", errno.ENOENT, "cannot be opened: there is no such device", True),
        ("open", errno.ENODEV, "cannot be opened: the device is gone", True),
        ("S_FMT", errno.EBUSY, "cannot set its format: busy: another process holds it", False),
        ("REQBUFS", errno.EBUSY, "cannot give buffers: busy", False),
        ("QUERYCAP", errno.ENOTTY, "not a V4L2 capture device", False),
    ],
)
def test_says_why_it_does_not_open(monkeypatch, name, error, says, gone):
    FakeKernel(fail={name: error}).install(monkeypatch)
    with pytest.raises(CameraFault, match=f"^{PATH} {says}" if "cannot" in says else says) as fault:
        V4L2Source(PATH).open(Mode())
    assert fault.value.gone is gone


@pytest.mark.parametrize(
    ("capabilities", "device_caps", "says"),
    [
        (CAPTURE, v4l2.V4L2_CAP_META_CAPTURE | v4l2.V4L2_CAP_STREAMING, "gives metadata"),
        (v4l2.V4L2_CAP_VIDEO_CAPTURE_MPLANE, None, "only the multi-planar interface"),
        (v4l2.V4L2_CAP_VIDEO_OUTPUT, None, "captures no video"),
        (v4l2.V4L2_CAP_VIDEO_CAPTURE, None, "no streaming I/O"),
    ],
)
def test_refuses_nodes_that_are_no_cameras(monkeypatch, capabilities, device_caps, says):
    FakeKernel(capabilities=capabilities, device_caps=device_caps).install(monkeypatch)
    with pytest.raises(CameraFault, match=says):
        V4L2Source(PATH).open(Mode())


def test_one_buffer_is_too_few(monkeypatch):
    FakeKernel(buffer_count=1).install(monkeypatch)
    with pytest.raises(CameraFault, match="gives 1 buffer"):
        V4L2Source(PATH).open(Mode())


def test_two_buffers_do(monkeypatch):
    source = started(FakeKernel(buffer_count=2), monkeypatch)
    assert mappings() == 2
    source.close()


def test_believes_the_driver(monkeypatch):
    answer = {"width": 60, "bytesperline": 256, "sizeimage": 12345, "pixelformat": code("UYVY")}
    kernel = FakeKernel(answer=answer, intervals=((1, 30), (1, 15)))
    kernel.install(monkeypatch)
    source = V4L2Source(PATH)
    agreed = source.open(Mode(fps=14))
    source.close()
    assert (agreed.fourcc, agreed.width, agreed.height) == ("UYVY", 60, 48)
    assert (agreed.stride, agreed.size_bytes, agreed.fps) == (256, 12345, 15.0)


def test_a_format_that_nobody_asked_for_is_a_fault(monkeypatch):
    FakeKernel(answer={"pixelformat": code("H264")}).install(monkeypatch)
    with pytest.raises(CameraFault, match="asked for YUYV and set H264"):
        V4L2Source(PATH).open(Mode())


@pytest.mark.parametrize(
    ("fail", "timeperframe", "fps"),
    [({}, True, 10.0), ({}, False, 30.0), ({"G_PARM": errno.ENOTTY}, True, 10.0)],
)
def test_sets_the_rate_where_the_driver_can(monkeypatch, fail, timeperframe, fps):
    kernel = FakeKernel(intervals=((1, 30), (1, 10)), timeperframe=timeperframe, fail=fail)
    kernel.install(monkeypatch)
    source = V4L2Source(PATH)
    assert source.open(Mode(fps=10)).fps == fps
    assert ("S_PARM" in kernel.calls) is (timeperframe and not fail)
    source.close()


@pytest.mark.parametrize(
    ("fourcc", "frame", "flag"),
    [
        ("YUYV", Frame(WHOLE), None),
        ("YUYV", Frame(WHOLE, MONOTONIC | abi.V4L2_BUF_FLAG_ERROR), FrameFlag.ERROR),
        ("YUYV", Frame(WHOLE - 1), FrameFlag.SHORT),
        ("YUYV", Frame(0), FrameFlag.SHORT),
        ("MJPG", Frame(1), None),
        ("MJPG", Frame(0), FrameFlag.SHORT),
    ],
)
def test_marks_broken_frames_and_requeues_them(monkeypatch, fourcc, frame, flag):
    kernel = FakeKernel(fourccs=(fourcc,), frames=deque([frame]))
    source = started(kernel, monkeypatch)
    with source.dequeue(1) as raw:
        assert raw is not None
        assert raw.flag is flag
    assert kernel.queued == [1, 2, 3, 0]
    source.close()


def test_the_padding_of_the_last_row_may_be_missing(monkeypatch):
    stride = 160
    answer = {"bytesperline": stride, "sizeimage": stride * 48}
    least = stride * 47 + 64 * 2
    kernel = FakeKernel(answer=answer, frames=deque([Frame(least), Frame(least - 1)]))
    source = started(kernel, monkeypatch)
    flags = []
    for _ in range(2):
        with source.dequeue(1) as raw:
            flags.append(raw.flag)
    assert flags == [None, FrameFlag.SHORT]
    source.close()


def test_gives_all_waiting_frames_in_order(monkeypatch):
    kernel = FakeKernel(frames=deque(Frame(WHOLE, sequence=number) for number in (3, 4, 6)))
    source = started(kernel, monkeypatch)
    sequences = []
    for _ in range(4):
        with source.dequeue(0.01) as raw:
            sequences.append(raw and raw.sequence)
    assert sequences == [3, 4, 6, None]
    source.close()


def test_a_driver_that_is_ready_with_nothing_does_not_hold_us(monkeypatch):
    kernel = FakeKernel(poll_state=select.POLLIN)
    source = started(kernel, monkeypatch)
    with source.dequeue(0.01) as raw:
        assert raw is None
    source.close()


def test_a_stamp_of_an_unknown_clock_is_replaced(monkeypatch):
    kernel = FakeKernel(frames=deque([Frame(WHOLE, flags=0, timestamp_s=1_700_000_000)]))
    source = started(kernel, monkeypatch)
    before_s = time.monotonic()
    with source.dequeue(1) as raw:
        assert before_s <= raw.captured_at_s <= time.monotonic()
    source.close()


@pytest.mark.parametrize(
    ("error", "state", "says", "gone"),
    [
        (errno.ENODEV, select.POLLERR | select.POLLHUP | select.POLLPRI, "gone", True),
        (errno.EIO, select.POLLERR, "reports an error", False),
        (errno.EINVAL, select.POLLIN, "the driver has ended the stream", False),
        (errno.EAGAIN, select.POLLERR, "has stopped streaming", False),
    ],
)
def test_a_broken_stream_is_a_fault_and_a_new_life_works(monkeypatch, error, state, says, gone):
    kernel = FakeKernel()
    source = started(kernel, monkeypatch)
    kernel.fail = {"DQBUF": error, "STREAMOFF": errno.ENODEV}
    kernel.poll_state = state
    with pytest.raises(CameraFault, match=says) as fault, source.dequeue(1):
        pass
    assert fault.value.gone is gone
    source.close()
    assert mappings() == 0
    kernel.fail, kernel.poll_state = {}, None
    kernel.frames.append(Frame(WHOLE))
    source.open(Mode())
    source.start()
    with source.dequeue(1) as raw:
        assert raw is not None
    source.close()


def test_a_refused_start_can_be_repeated(monkeypatch):
    kernel = FakeKernel(fail={"STREAMON": errno.ENOSPC})
    kernel.install(monkeypatch)
    source = V4L2Source(PATH)
    source.open(Mode())
    with pytest.raises(CameraFault, match="no USB bandwidth"):
        source.start()
    kernel.fail = {}
    source.start()
    assert kernel.streaming
    source.stop()
    source.start()
    assert kernel.queued == [0, 1, 2, 3]
    source.close()


def test_a_camera_that_vanishes_with_a_frame_out_is_a_fault(monkeypatch):
    kernel = FakeKernel(frames=deque([Frame(WHOLE)]))
    source = started(kernel, monkeypatch)
    with pytest.raises(CameraFault) as fault, source.dequeue(1):
        kernel.fail = {"QBUF": errno.ENODEV}
    assert fault.value.gone
    source.close()
    assert mappings() == 0  # although the traceback still holds the frame


@pytest.mark.parametrize(
    "array_over",
    [
        lambda data: np.frombuffer(data, np.uint8),
        lambda data: np.ndarray((WHOLE,), np.uint8, buffer=data),
    ],
)
def test_an_array_that_outlives_its_frame_keeps_its_memory(monkeypatch, caplog, array_over):
    kernel = FakeKernel(frames=deque([Frame(WHOLE)]))
    source = started(kernel, monkeypatch)
    with source.dequeue(1) as raw:
        kept = array_over(raw.data)
    source.close()
    assert "still in use" in caplog.text
    assert kept.sum() == 0
    assert mappings() == 1
    del kept
    assert mappings() == 0


def test_the_data_ends_with_the_frame(monkeypatch):
    kernel = FakeKernel(frames=deque([Frame(WHOLE)]))
    source = started(kernel, monkeypatch)
    with source.dequeue(1) as raw:
        pass
    with pytest.raises(ValueError, match="released"):
        raw.data[0]
    source.close()


def test_a_frame_goes_back_whatever_happens_to_it(monkeypatch):
    kernel = FakeKernel(frames=deque([Frame(WHOLE)]))
    source = started(kernel, monkeypatch)
    with pytest.raises(ZeroDivisionError), source.dequeue(1) as raw:
        len(raw.data) // 0
    assert kernel.queued == [1, 2, 3, 0]
    source.close()


def test_another_signal_is_a_fault(monkeypatch):
    kernel = FakeKernel(event=(abi.V4L2_EVENT_SOURCE_CHANGE, abi.V4L2_EVENT_SRC_CH_RESOLUTION))
    source = started(kernel, monkeypatch)
    assert "SUBSCRIBE_EVENT" in kernel.calls
    kernel.poll_state = select.POLLPRI
    with pytest.raises(CameraFault, match="another resolution"), source.dequeue(1):
        pass
    source.close()


def test_an_event_that_changes_nothing_is_passed_over(monkeypatch):
    kernel = FakeKernel(event=(abi.V4L2_EVENT_SOURCE_CHANGE, 0), frames=deque([Frame(WHOLE)]))
    source = started(kernel, monkeypatch)
    kernel.poll_state = select.POLLPRI | select.POLLIN
    with source.dequeue(1) as raw:
        assert raw is not None
    source.close()


def test_an_interrupt_ends_one_dequeue(monkeypatch):
    kernel = FakeKernel(frames=deque([Frame(WHOLE)]))
    source = started(kernel, monkeypatch)
    source.interrupt()
    source.interrupt()
    with source.dequeue(1) as raw:
        assert raw is None
    with source.dequeue(1) as raw:
        assert raw is not None
    source.close()
    source.interrupt()


def test_presence_is_that_of_the_node(tmp_path):
    node = tmp_path / "video0"
    source = V4L2Source(str(node))
    assert not source.present()
    node.touch()
    assert source.present()
    assert source.device == str(node)
