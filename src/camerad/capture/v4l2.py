"""A /dev/video node: V4L2's single-planar streaming capture."""

import errno
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import MappingProxyType

import v4l2

from camerad.capture import abi, ioctl
from camerad.capture.buffers import MappedBuffers
from camerad.capture.controls import s_ctrl
from camerad.capture.driver_controls import list_controls
from camerad.capture.driver_format import capture_format, shortest_picture_bytes
from camerad.capture.faults import explained
from camerad.capture.formats import USABLE
from camerad.capture.modes import supported_modes
from camerad.capture.negotiate import ChosenMode, negotiate
from camerad.capture.source import (
    CameraFault,
    CaptureFormat,
    Control,
    FrameFlag,
    Mode,
    RawFrame,
    SupportedMode,
)
from camerad.capture.wakeup import Wakeup

OPEN_FLAGS = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
_REFUSED_CONTROL = MappingProxyType(
    {
        errno.EACCES: "it is inactive, another control decides",
        errno.EBUSY: "not while it streams",
        errno.ERANGE: "the device does not take this value",
        errno.EINVAL: "the device does not take this value",
    }
)
_REFUSED_FRAME = MappingProxyType({errno.EINVAL: "the driver has ended the stream"})
_BROKEN = select.POLLERR | select.POLLHUP | select.POLLNVAL


class V4L2Source:
    """Implements ``Source`` for a capture node, given by any path that leads to it."""

    def __init__(self, device: str, inode: int | None = None) -> None:
        """With an ``inode``, a node of the same name that was made later is another camera's."""
        self._device = device
        self._inode = inode
        self._fd = -1
        self._modes: list[SupportedMode] = []
        self._buffers = MappedBuffers(device)
        self._shortest_bytes = 0
        self._streaming = False
        self._poll = select.poll()
        self._wakeup = Wakeup()
        self._wakeup_fd = -1

    @property
    def device(self) -> str:
        return self._device

    def present(self) -> bool:
        return os.path.exists(self._device)

    def open(self, mode: Mode) -> CaptureFormat:
        self.close()
        try:
            return self._open(mode)
        except BaseException:
            self.close()
            raise

    def _open(self, mode: Mode) -> CaptureFormat:
        with explained(self._device, "be opened"):
            self._fd = os.open(self._device, OPEN_FLAGS)
            if self._inode not in (None, os.fstat(self._fd).st_ino):
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            capability = ioctl.querycap(self._fd)
        if reason := unsuitable(capability):
            raise CameraFault(f"{self._device} ({capability.card}) {reason}")
        with explained(self._device, "set its format"):
            self._modes = supported_modes(self._fd, mode, rated=USABLE)
            agreed = self._set_format(negotiate(self._device, self._modes, mode))
        with explained(self._device, "give buffers"):
            self._buffers.map(self._fd)
        self._watch()
        return agreed

    def _set_format(self, chosen: ChosenMode) -> CaptureFormat:
        """Set it, and believe what the driver made of it."""
        answer = ioctl.s_fmt(self._fd, chosen.fourcc, chosen.width, chosen.height)
        if answer.fourcc not in USABLE:
            raise CameraFault(
                f"{self._device} was asked for {chosen.fourcc} and set {answer.fourcc}"
            )
        agreed = capture_format(answer, self._set_rate(chosen.fps))
        self._shortest_bytes = shortest_picture_bytes(agreed)
        return agreed

    def _set_rate(self, fps: float) -> float:
        try:
            parameters = ioctl.g_parm(self._fd)
            if parameters.can_set_rate:
                parameters = ioctl.s_parm(self._fd, fps)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTTY):
                raise
            return fps  # a driver that knows no rates delivers at the one of its sensor
        return parameters.fps or fps

    def _watch(self) -> None:
        # Most cameras have no such event; HDMI grabbers do.
        with suppress(OSError):
            ioctl.subscribe_event(self._fd, abi.V4L2_EVENT_SOURCE_CHANGE)
        self._wakeup_fd = self._wakeup.open()
        self._poll.register(self._fd, select.POLLIN | select.POLLPRI)
        self._poll.register(self._wakeup_fd, select.POLLIN)

    def modes(self) -> list[SupportedMode]:
        return list(self._modes)

    def controls(self) -> list[Control]:
        with explained(self._device, "tell its controls"):
            return list(list_controls(self._fd))

    def set_control(self, control: Control, value: int) -> None:
        with explained(self._device, f"set {control.name} to {value}", _REFUSED_CONTROL):
            s_ctrl(self._fd, control.id, value)

    def start(self) -> None:
        with explained(self._device, "start streaming"):
            try:
                self._buffers.queue_all(self._fd)
                ioctl.streamon(self._fd)
            except OSError:
                with suppress(OSError):
                    ioctl.streamoff(self._fd)  # takes the queued buffers back
                raise
        self._streaming = True

    @contextmanager
    def dequeue(self, timeout_s: float) -> Iterator[RawFrame | None]:
        with explained(self._device, "give a frame", _REFUSED_FRAME):
            buffer = self._next_buffer(timeout_s)
        if buffer is None:
            yield None
            return
        try:
            with self._buffers.view(buffer.index, buffer.bytesused) as data:
                yield RawFrame(data, buffer.sequence, _captured_at_s(buffer), self._flag(buffer))
        finally:
            self._requeue(buffer.index)

    def _next_buffer(self, timeout_s: float) -> ioctl.DequeuedBuffer | None:
        deadline_s = time.monotonic() + timeout_s
        while True:
            remaining_s = max(0.0, deadline_s - time.monotonic())
            ready = dict(self._poll.poll(remaining_s * 1000))
            if self._wakeup_fd in ready:
                self._wakeup.clear()
                return None
            if self._fd not in ready:
                return None
            try:
                return self._ready_buffer(ready[self._fd])
            except BlockingIOError:
                if not remaining_s:
                    return None  # a driver that says ready and never is must not hold us

    def _ready_buffer(self, state: int) -> ioctl.DequeuedBuffer:
        """The oldest filled buffer. In a broken state, DQBUF's errno tells what is wrong."""
        if state & select.POLLPRI and not state & _BROKEN:
            self._read_event()
        try:
            return ioctl.dqbuf(self._fd)
        except BlockingIOError as nothing:
            if state & _BROKEN:
                raise CameraFault(f"{self._device} has stopped streaming") from nothing
            raise

    def _read_event(self) -> None:
        event, changes = ioctl.dqevent(self._fd)
        if event == abi.V4L2_EVENT_SOURCE_CHANGE and changes & abi.V4L2_EVENT_SRC_CH_RESOLUTION:
            raise CameraFault(f"{self._device} now gets a signal of another resolution")

    def _flag(self, buffer: ioctl.DequeuedBuffer) -> FrameFlag | None:
        if buffer.flags & abi.V4L2_BUF_FLAG_ERROR:
            return FrameFlag.ERROR
        if buffer.bytesused < self._shortest_bytes:
            return FrameFlag.SHORT
        return None

    def _requeue(self, index: int) -> None:
        if self._streaming:
            with explained(self._device, "take a buffer back"):
                ioctl.qbuf(self._fd, index)

    def interrupt(self) -> None:
        self._wakeup.signal()

    def stop(self) -> None:
        self._streaming = False
        with explained(self._device, "stop streaming"):
            ioctl.streamoff(self._fd)

    def close(self) -> None:
        self._poll = select.poll()
        self._wakeup.close()
        self._streaming = False
        if self._fd < 0:
            return
        with suppress(OSError):
            ioctl.streamoff(self._fd)
        # A mapping holds the driver's queue, and even the device, beyond the descriptor.
        self._buffers.unmap()
        with suppress(OSError):
            ioctl.reqbufs(self._fd, 0)
        with suppress(OSError):
            os.close(self._fd)
        self._fd = -1


def unsuitable(capability: ioctl.Capability) -> str | None:
    """Why a node is no camera for us: that needs single-planar streaming capture."""
    flags = capability.flags
    if flags & v4l2.V4L2_CAP_VIDEO_CAPTURE:
        return None if flags & v4l2.V4L2_CAP_STREAMING else "has no streaming I/O"
    if flags & v4l2.V4L2_CAP_VIDEO_CAPTURE_MPLANE:
        return "has only the multi-planar interface, which camerad does not speak"
    if flags & v4l2.V4L2_CAP_META_CAPTURE:
        return "gives metadata; the pictures of this camera come from another node"
    return "captures no video"


def _captured_at_s(buffer: ioctl.DequeuedBuffer) -> float:
    clock = buffer.flags & abi.V4L2_BUF_FLAG_TIMESTAMP_MASK
    if clock == abi.V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC:
        return buffer.timestamp_s
    return time.monotonic()
