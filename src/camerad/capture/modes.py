"""What formats, sizes and rates an open device lists, ranges made into lists of choices."""

import errno
from collections.abc import Container, Iterator

from camerad.capture import ioctl
from camerad.capture.ioctl import FrameRates, FrameSizes
from camerad.capture.source import Mode, SupportedMode

Size = tuple[int, int]

COMMON_SIZES: tuple[Size, ...] = (
    (3840, 2160),
    (2592, 1944),
    (1920, 1080),
    (1600, 1200),
    (1280, 960),
    (1280, 720),
    (1024, 768),
    (800, 600),
    (640, 480),
    (640, 360),
    (320, 240),
    (160, 120),
)
COMMON_RATES_FPS = (120.0, 60.0, 50.0, 30.0, 25.0, 20.0, 15.0, 10.0, 5.0, 1.0)

_LARGEST = 16384
"""Larger than any sensor: a driver cuts it down to its own limit."""


def supported_modes(
    fd: int, wanted: Mode, rated: Container[str] | None = None
) -> list[SupportedMode]:
    """All modes in the driver's order, with the rates of all formats or of those ``rated``: a
    driver of many formats is asked thousands of questions for them.

    Where the driver tells a range instead of a list, the choices are the common sizes and rates
    within it, its ends, and what is ``wanted`` if it lies within.
    """

    def rates(fourcc: str, size: Size) -> tuple[float, ...]:
        asked = rated is None or fourcc in rated
        return _rates(fd, fourcc, size, wanted) if asked else ()

    return [
        SupportedMode(fourcc, *size, rates(fourcc, size))
        for fourcc in ioctl.enum_fmt(fd)
        for size in _sizes(fd, fourcc, wanted)
    ]


def _sizes(fd: int, fourcc: str, wanted: Mode) -> list[Size]:
    listed = list(ioctl.enum_framesizes(fd, fourcc)) or list(_tried_sizes(fd, fourcc))
    return list(dict.fromkeys(size for sizes in listed for size in sizes_within(sizes, wanted)))


def _tried_sizes(fd: int, fourcc: str) -> Iterator[FrameSizes]:
    """The range that TRY_FMT tells by its answers, for old drivers that list no sizes."""
    try:
        least = ioctl.try_fmt(fd, fourcc, 1, 1)
        most = ioctl.try_fmt(fd, fourcc, _LARGEST, _LARGEST)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTTY):
            raise
        least = most = ioctl.g_fmt(fd)
    yield FrameSizes(least.width, most.width, 2, least.height, most.height, 2)


def _rates(fd: int, fourcc: str, size: Size, wanted: Mode) -> tuple[float, ...]:
    listed = ioctl.enum_frameintervals(fd, fourcc, *size)
    choices = {fps for rates in listed for fps in rates_within(rates, wanted)}
    return tuple(sorted(choices, reverse=True))


def sizes_within(sizes: FrameSizes, wanted: Mode) -> Iterator[Size]:
    """The choices that a range of sizes offers, the largest first; may repeat one."""
    yield sizes.max_width, sizes.max_height
    choices = COMMON_SIZES
    if wanted.width is not None and wanted.height is not None:
        choices = ((wanted.width, wanted.height), *choices)
    yield from (choice for choice in choices if _is_within(sizes, choice))
    yield sizes.min_width, sizes.min_height


def _is_within(sizes: FrameSizes, size: Size) -> bool:
    width, height = size
    return (
        sizes.min_width <= width <= sizes.max_width
        and sizes.min_height <= height <= sizes.max_height
        and (width - sizes.min_width) % sizes.step_width == 0
        and (height - sizes.min_height) % sizes.step_height == 0
    )


def rates_within(rates: FrameRates, wanted: Mode) -> Iterator[float]:
    """The choices that a range of rates offers, in any order; may repeat one."""
    yield rates.fastest_fps
    choices = COMMON_RATES_FPS if wanted.fps is None else (wanted.fps, *COMMON_RATES_FPS)
    yield from (fps for fps in choices if rates.slowest_fps <= fps <= rates.fastest_fps)
    if rates.slowest_fps:
        yield rates.slowest_fps
