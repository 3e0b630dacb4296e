"""The V4L2 ioctls as typed functions over a descriptor; ``call`` alone touches the kernel.

All of them raise the kernel's own ``OSError``. Those that list something end where the driver
says EINVAL, and list nothing where it knows no such list (ENOTTY).
"""

import ctypes
import errno
import fcntl
import math
from collections.abc import Iterator
from typing import Any

import v4l2
from msgspec import Struct

from camerad.capture import abi

_CAPTURE = v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE
LIST_END = (errno.EINVAL, errno.ENOTTY)
LONGEST_LIST = 1024
"""No driver has as many: one that never says EINVAL must not hold us for ever."""


class Capability(Struct, frozen=True):
    driver: str
    card: str
    bus: str
    flags: int
    """V4L2_CAP_* of this node, not of the whole device where the driver tells them apart."""


class FrameSizes(Struct, frozen=True):
    """A range of sizes; a single size is a range whose ends are equal."""

    min_width: int
    max_width: int
    step_width: int
    min_height: int
    max_height: int
    step_height: int


class FrameRates(Struct, frozen=True):
    """A range of rates; a single rate is a range whose ends are equal."""

    slowest_fps: float
    fastest_fps: float


class DriverFormat(Struct, frozen=True):
    """A ``v4l2_pix_format`` as the driver answered it."""

    fourcc: str
    width: int
    height: int
    bytesperline: int
    sizeimage: int
    colorspace: int
    quantization: int


class StreamParameters(Struct, frozen=True):
    can_set_rate: bool
    fps: float | None
    """``None`` where the driver does not tell."""


class DequeuedBuffer(Struct, frozen=True):
    index: int
    bytesused: int
    flags: int
    sequence: int
    timestamp_s: float


def call(fd: int, request: int, argument: ctypes.Structure | ctypes.c_int) -> None:
    """Repeat the ioctl until no signal interrupts it: PEP 475 leaves ``fcntl.ioctl`` out."""
    while True:
        try:
            # v4l2-python3 computes the numbers as signed.
            fcntl.ioctl(fd, request & 0xFFFFFFFF, argument)
        except InterruptedError:
            continue
        return


def _listed(fd: int, request: int, kind: type[Any], **asked: int) -> Iterator[Any]:
    for index in range(LONGEST_LIST):
        entry = kind(index=index, **asked)
        try:
            call(fd, request, entry)
        except OSError as error:
            if error.errno in LIST_END:
                return
            raise
        yield entry


def _code(fourcc: str) -> int:
    return int.from_bytes(fourcc.encode("latin-1"), "little")


def _fourcc(code: int) -> str:
    return code.to_bytes(4, "little").decode("latin-1")


def text(raw: bytes) -> str:
    """A driver's name for something."""
    return raw.decode("utf-8", "replace")


def _fps(interval: Any) -> float | None:  # noqa: ANN401 - v4l2-python3 carries no types
    if not interval.numerator or not interval.denominator:
        return None
    return float(interval.denominator / interval.numerator)


def querycap(fd: int) -> Capability:
    answer = abi.v4l2_capability()
    call(fd, v4l2.VIDIOC_QUERYCAP, answer)
    per_node = answer.capabilities & v4l2.V4L2_CAP_DEVICE_CAPS
    return Capability(
        driver=text(answer.driver),
        card=text(answer.card),
        bus=text(answer.bus_info),
        flags=answer.device_caps if per_node else answer.capabilities,
    )


def enum_fmt(fd: int) -> Iterator[str]:
    """The fourccs of the formats, in the driver's order."""
    for entry in _listed(fd, v4l2.VIDIOC_ENUM_FMT, v4l2.v4l2_fmtdesc, type=_CAPTURE):
        yield _fourcc(entry.pixelformat)


def enum_framesizes(fd: int, fourcc: str) -> Iterator[FrameSizes]:
    asked = {"pixel_format": _code(fourcc)}
    for entry in _listed(fd, v4l2.VIDIOC_ENUM_FRAMESIZES, abi.v4l2_frmsizeenum, **asked):
        if entry.type == v4l2.V4L2_FRMSIZE_TYPE_DISCRETE:
            width, height = entry.discrete.width, entry.discrete.height
            yield FrameSizes(width, width, 1, height, height, 1)
        else:
            steps = entry.stepwise
            yield FrameSizes(
                min_width=steps.min_width,
                max_width=steps.max_width,
                step_width=max(1, steps.step_width),
                min_height=steps.min_height,
                max_height=steps.max_height,
                step_height=max(1, steps.step_height),
            )
            return  # a range is the whole list: the specification knows index 0 alone


def enum_frameintervals(fd: int, fourcc: str, width: int, height: int) -> Iterator[FrameRates]:
    asked = {"pixel_format": _code(fourcc), "width": width, "height": height}
    for entry in _listed(fd, v4l2.VIDIOC_ENUM_FRAMEINTERVALS, v4l2.v4l2_frmivalenum, **asked):
        discrete = entry.type == v4l2.V4L2_FRMIVAL_TYPE_DISCRETE
        fastest = _fps(entry.discrete if discrete else entry.stepwise.min)
        slowest = fastest if discrete else _fps(entry.stepwise.max)
        if fastest is not None:
            yield FrameRates(slowest_fps=slowest or 0.0, fastest_fps=fastest)
        if not discrete:
            return  # as for the sizes


def g_fmt(fd: int) -> DriverFormat:
    """The format that is set now."""
    return _exchange_format(fd, v4l2.VIDIOC_G_FMT)


def s_fmt(fd: int, fourcc: str, width: int, height: int) -> DriverFormat:
    """Ask for a format; the answer is what the driver made of it."""
    return _exchange_format(fd, v4l2.VIDIOC_S_FMT, fourcc, width, height)


def try_fmt(fd: int, fourcc: str, width: int, height: int) -> DriverFormat:
    """As ``s_fmt``, but nothing is set."""
    return _exchange_format(fd, v4l2.VIDIOC_TRY_FMT, fourcc, width, height)


def _exchange_format(
    fd: int, request: int, fourcc: str = "", width: int = 0, height: int = 0
) -> DriverFormat:
    exchanged = v4l2.v4l2_format(type=_CAPTURE)
    # v4l2-python3's own view of it ends before the quantization.
    picture = abi.v4l2_pix_format.from_buffer(exchanged.fmt)
    picture.pixelformat = _code(fourcc)
    picture.width = width
    picture.height = height
    picture.field = v4l2.V4L2_FIELD_NONE
    picture.priv = abi.V4L2_PIX_FMT_PRIV_MAGIC
    call(fd, request, exchanged)
    extended = picture.priv == abi.V4L2_PIX_FMT_PRIV_MAGIC
    return DriverFormat(
        fourcc=_fourcc(picture.pixelformat),
        width=picture.width,
        height=picture.height,
        bytesperline=picture.bytesperline,
        sizeimage=picture.sizeimage,
        colorspace=picture.colorspace,
        quantization=picture.quantization if extended else abi.V4L2_QUANTIZATION_DEFAULT,
    )


def g_parm(fd: int) -> StreamParameters:
    return _parm(fd, v4l2.VIDIOC_G_PARM, v4l2.v4l2_streamparm(type=_CAPTURE))


def s_parm(fd: int, fps: float) -> StreamParameters:
    """Ask for a rate; the answer is what the driver made of it."""
    asked = v4l2.v4l2_streamparm(type=_CAPTURE)
    milliframes = round(fps * 1000)
    divisor = math.gcd(milliframes, 1000)
    asked.parm.capture.timeperframe.numerator = 1000 // divisor
    asked.parm.capture.timeperframe.denominator = milliframes // divisor
    return _parm(fd, v4l2.VIDIOC_S_PARM, asked)


def _parm(fd: int, request: int, exchanged: ctypes.Structure) -> StreamParameters:
    call(fd, request, exchanged)
    answer = exchanged.parm.capture
    return StreamParameters(
        can_set_rate=bool(answer.capability & v4l2.V4L2_CAP_TIMEPERFRAME),
        fps=_fps(answer.timeperframe),
    )


def reqbufs(fd: int, count: int) -> int:
    """Ask for buffers to map; gives how many there are. 0 gives all back."""
    asked = v4l2.v4l2_requestbuffers(count=count, type=_CAPTURE, memory=v4l2.V4L2_MEMORY_MMAP)
    call(fd, v4l2.VIDIOC_REQBUFS, asked)
    return int(asked.count)


def querybuf(fd: int, index: int) -> tuple[int, int]:
    """Offset and length in bytes for mmap."""
    answer = _buffer(index)
    call(fd, v4l2.VIDIOC_QUERYBUF, answer)
    return answer.m.offset, answer.length


def qbuf(fd: int, index: int) -> None:
    call(fd, v4l2.VIDIOC_QBUF, _buffer(index))


def dqbuf(fd: int) -> DequeuedBuffer:
    """Take out the oldest filled buffer; ``BlockingIOError`` when there is none yet."""
    answer = _buffer()
    call(fd, v4l2.VIDIOC_DQBUF, answer)
    return DequeuedBuffer(
        index=answer.index,
        bytesused=answer.bytesused,
        flags=answer.flags,
        sequence=answer.sequence,
        timestamp_s=answer.timestamp.secs + answer.timestamp.usecs / 1_000_000,
    )


def _buffer(index: int = 0) -> Any:  # noqa: ANN401 - v4l2-python3 carries no types
    return v4l2.v4l2_buffer(index=index, type=_CAPTURE, memory=v4l2.V4L2_MEMORY_MMAP)


def streamon(fd: int) -> None:
    call(fd, v4l2.VIDIOC_STREAMON, ctypes.c_int(_CAPTURE))


def streamoff(fd: int) -> None:
    call(fd, v4l2.VIDIOC_STREAMOFF, ctypes.c_int(_CAPTURE))


def subscribe_event(fd: int, event: int) -> None:
    call(fd, abi.VIDIOC_SUBSCRIBE_EVENT, abi.v4l2_event_subscription(type=event))


def dqevent(fd: int) -> tuple[int, int]:
    """Type of the oldest event, and what it says has changed (source changes only)."""
    answer = abi.v4l2_event()
    call(fd, abi.VIDIOC_DQEVENT, answer)
    return answer.type, answer.u.src_change.changes
