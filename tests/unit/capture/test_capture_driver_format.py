"""What a driver's answer means."""

import pytest
import v4l2

from camerad.capture import abi
from camerad.capture.driver_format import capture_format, shortest_picture_bytes
from camerad.capture.ioctl import DriverFormat

DEFAULT = abi.V4L2_QUANTIZATION_DEFAULT
FULL = abi.V4L2_QUANTIZATION_FULL_RANGE
LIMITED = abi.V4L2_QUANTIZATION_LIM_RANGE
SRGB = v4l2.V4L2_COLORSPACE_SRGB
JPEG = v4l2.V4L2_COLORSPACE_JPEG


def agreed(fourcc, width=64, height=48, stride=0, size=0, colorspace=SRGB, quantization=DEFAULT):
    answer = DriverFormat(fourcc, width, height, stride, size, colorspace, quantization)
    return capture_format(answer, 30.0)


@pytest.mark.parametrize(
    ("fourcc", "colorspace", "quantization", "full"),
    [
        ("YUYV", SRGB, DEFAULT, False),
        ("YUYV", SRGB, FULL, True),
        ("YUYV", JPEG, DEFAULT, True),
        ("YUYV", JPEG, LIMITED, False),
        ("GREY", SRGB, DEFAULT, False),
        ("RGB3", SRGB, DEFAULT, True),
        ("RGB3", SRGB, LIMITED, False),
        ("MJPG", SRGB, DEFAULT, True),
        ("MJPG", SRGB, LIMITED, True),
    ],
)
def test_range(fourcc, colorspace, quantization, full):
    answer = agreed(fourcc, colorspace=colorspace, quantization=quantization)
    assert answer.full_range is full


@pytest.mark.parametrize(
    ("fourcc", "size", "told", "stride", "size_bytes", "least"),
    [
        ("YUYV", (64, 48), (128, 6144), 128, 6144, 6144),
        ("YUYV", (64, 48), (0, 0), 128, 6144, 6144),
        ("YUYV", (63, 48), (0, 0), 128, 6144, 6144),
        ("YUYV", (64, 48), (160, 7680), 160, 7680, 7648),
        ("YUYV", (64, 48), (64, 6144), 128, 6144, 6144),
        ("RGB3", (63, 48), (192, 9216), 192, 9216, 9213),
        ("GREY", (63, 47), (64, 3008), 64, 3008, 3007),
        ("NV12", (64, 48), (64, 4608), 64, 4608, 4608),
        ("NV12", (63, 47), (64, 4544), 64, 4544, 4544),
        ("YU12", (64, 48), (80, 5760), 80, 5760, 5744),
        # a size rounded up to pages, and one that is less than an odd height takes
        ("YUYV", (64, 48), (128, 8192), 128, 8192, 6144),
        ("NV12", (64, 47), (64, 4512), 64, 4512, 4512),
        ("MJPG", (64, 48), (0, 50000), 0, 50000, 1),
    ],
)
def test_strides_and_sizes(fourcc, size, told, stride, size_bytes, least):
    answer = agreed(fourcc, *size, *told)
    assert (answer.stride, answer.size_bytes) == (stride, size_bytes)
    assert shortest_picture_bytes(answer) == least
