"""A V4L2 driver in this process, for what no device does on demand.

It answers at the level of ``ioctl.call``; its node is a memfd, so that descriptors and mappings
are real and a leak of them is seen.
"""

import errno
import os
import select
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import v4l2

from camerad.capture import abi

PATH = "/dev/video90"
MONOTONIC = abi.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC
CAPTURE = v4l2.V4L2_CAP_VIDEO_CAPTURE | v4l2.V4L2_CAP_STREAMING
PAGE = 4096
BUFFER_BYTES = 2 * PAGE

_NAMES = {
    value & 0xFFFFFFFF: name.removeprefix("VIDIOC_")
    for module in (v4l2, abi)
    for name, value in vars(module).items()
    if name.startswith("VIDIOC_") and not name.endswith("_OLD")
}


def code(fourcc: str) -> int:
    return int.from_bytes(fourcc.encode(), "little")


@dataclass
class Frame:
    bytesused: int = 0
    flags: int = MONOTONIC
    sequence: int = 0
    timestamp_s: int = 0


@dataclass
class FakeKernel:
    """One camera. ``fail`` maps an ioctl's name without VIDIOC_ to an errno."""

    fourccs: tuple[str, ...] = ("YUYV",)
    sizes: tuple[Any, ...] = ((64, 48),)
    """Pairs, or one dict with the fields of ``v4l2_frmsize_stepwise``."""
    intervals: tuple[Any, ...] = ((1, 30),)
    """Pairs of numerator and denominator, or one triple of pairs: min, max, step."""
    capabilities: int = CAPTURE
    device_caps: int | None = None
    answer: dict[str, int] = field(default_factory=dict)
    """What S_FMT answers, in the place of what was asked."""
    timeperframe: bool = True
    buffer_count: int = 4
    fail: dict[str, int] = field(default_factory=dict)
    poll_state: int | None = None
    """What poll says of the node; by default POLLIN while a frame waits."""
    frames: deque[Frame] = field(default_factory=deque)
    event: tuple[int, int] | None = None

    fd: int = -1
    calls: list[str] = field(default_factory=list)
    allocated: int = 0
    queued: list[int] = field(default_factory=list)
    streaming: bool = False
    interval: tuple[int, int] = (1, 30)

    def open(self, _path: str, flags: int) -> int:
        self.refuse_if_told("open")
        assert flags == os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
        self.fd = os.memfd_create("fake-video")
        os.ftruncate(self.fd, PAGE * 32)
        return self.fd

    def call(self, fd: int, request: int, argument: Any) -> None:
        assert fd == self.fd
        name = _NAMES[request & 0xFFFFFFFF]
        self.calls.append(name)
        self.refuse_if_told(name)
        handler: Callable[[Any], None] | None = getattr(self, name.lower(), None)
        if handler is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        handler(argument)

    def refuse_if_told(self, name: str) -> None:
        if name in self.fail:
            raise OSError(self.fail[name], os.strerror(self.fail[name]))

    def querycap(self, answer: Any) -> None:
        answer.card = b"Fake"
        answer.capabilities = self.capabilities
        if self.device_caps is not None:
            answer.capabilities |= v4l2.V4L2_CAP_DEVICE_CAPS
            answer.device_caps = self.device_caps

    def enum_fmt(self, entry: Any) -> None:
        entry.pixelformat = code(_at(self.fourccs, entry.index))

    def enum_framesizes(self, entry: Any) -> None:
        size = _at(self.sizes, entry.index)
        if isinstance(size, dict):
            entry.type = v4l2.V4L2_FRMSIZE_TYPE_STEPWISE
            for name, value in size.items():
                setattr(entry.stepwise, name, value)
        else:
            entry.type = v4l2.V4L2_FRMSIZE_TYPE_DISCRETE
            entry.discrete.width, entry.discrete.height = size

    def enum_frameintervals(self, entry: Any) -> None:
        interval = _at(self.intervals, entry.index)
        if len(interval) == 3:
            entry.type = v4l2.V4L2_FRMIVAL_TYPE_STEPWISE
            for name, value in zip(("min", "max", "step"), interval, strict=True):
                end = getattr(entry.stepwise, name)
                end.numerator, end.denominator = value
        else:
            entry.type = v4l2.V4L2_FRMIVAL_TYPE_DISCRETE
            entry.discrete.numerator, entry.discrete.denominator = interval

    def g_fmt(self, exchanged: Any) -> None:
        picture = abi.v4l2_pix_format.from_buffer(exchanged.fmt)
        picture.width, picture.height, picture.pixelformat = 64, 48, code(self.fourccs[0])
        self.s_fmt(exchanged)

    def s_fmt(self, exchanged: Any) -> None:
        if self.allocated:
            raise OSError(errno.EBUSY, "buffers are allocated")
        picture = abi.v4l2_pix_format.from_buffer(exchanged.fmt)
        picture.bytesperline = picture.width * 2
        picture.sizeimage = picture.width * picture.height * 2
        for name, value in self.answer.items():
            setattr(picture, name, value)

    def try_fmt(self, exchanged: Any) -> None:
        """Between 32x32 and 640x480."""
        picture = abi.v4l2_pix_format.from_buffer(exchanged.fmt)
        picture.width = min(max(picture.width, 32), 640)
        picture.height = min(max(picture.height, 32), 480)

    def g_parm(self, exchanged: Any) -> None:
        parameters = exchanged.parm.capture
        parameters.capability = v4l2.V4L2_CAP_TIMEPERFRAME if self.timeperframe else 0
        parameters.timeperframe.numerator, parameters.timeperframe.denominator = self.interval

    def s_parm(self, exchanged: Any) -> None:
        asked = exchanged.parm.capture.timeperframe
        self.interval = asked.numerator, asked.denominator
        self.g_parm(exchanged)

    def reqbufs(self, asked: Any) -> None:
        asked.count = min(asked.count, self.buffer_count)
        self.allocated = asked.count
        self.queued.clear()

    def querybuf(self, answer: Any) -> None:
        answer.length = BUFFER_BYTES
        answer.m.offset = answer.index * BUFFER_BYTES

    def qbuf(self, buffer: Any) -> None:
        if buffer.index in self.queued:
            raise OSError(errno.EINVAL, "queued already")
        self.queued.append(buffer.index)

    def dqbuf(self, buffer: Any) -> None:
        if not self.frames or not self.queued:
            raise BlockingIOError(errno.EAGAIN, "nothing there")
        frame = self.frames.popleft()
        buffer.index = self.queued.pop(0)
        buffer.bytesused, buffer.flags = frame.bytesused, frame.flags
        buffer.sequence, buffer.timestamp.secs = frame.sequence, frame.timestamp_s

    def streamon(self, _kind: Any) -> None:
        self.streaming = True

    def streamoff(self, _kind: Any) -> None:
        self.streaming = False
        self.queued.clear()

    def subscribe_event(self, subscription: Any) -> None:
        assert subscription.type == abi.V4L2_EVENT_SOURCE_CHANGE

    def dqevent(self, answer: Any) -> None:
        assert self.event is not None
        answer.type, answer.u.src_change.changes = self.event

    def poll(self) -> "FakePoll":
        return FakePoll(self)

    def install(self, monkeypatch: Any) -> None:
        real_open = os.open

        def open_node(path: str, flags: int, *rest: int, **named: int) -> int:
            return (
                self.open(path, flags) if path == PATH else real_open(path, flags, *rest, **named)
            )

        polling = {name: getattr(select, name) for name in vars(select) if name.startswith("POLL")}
        monkeypatch.setattr("os.open", open_node)
        monkeypatch.setattr("camerad.capture.ioctl.call", self.call)
        monkeypatch.setattr(
            "camerad.capture.v4l2.select", SimpleNamespace(poll=self.poll, **polling)
        )


class FakePoll:
    """Polls the other descriptors for real, and never waits."""

    def __init__(self, kernel: FakeKernel) -> None:
        self._kernel = kernel
        self._others = select.poll()

    def register(self, fd: int, events: int) -> None:
        if fd != self._kernel.fd:
            self._others.register(fd, events)

    def poll(self, _timeout_ms: float) -> list[tuple[int, int]]:
        ready = self._others.poll(0)
        state = self._kernel.poll_state
        if state is None:
            state = select.POLLIN if self._kernel.frames else 0
        return ready + ([(self._kernel.fd, state)] if state else [])


def _at(entries: tuple[Any, ...], index: int) -> Any:
    if index >= len(entries):
        raise OSError(errno.EINVAL, "the end of the list")
    return entries[index]
