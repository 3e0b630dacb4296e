"""What v4l2-python3 lacks, or has wrong, of <linux/videodev2.h>, under the header's own names.

``v4l2_pix_format`` ends there before the quantization, ``v4l2_capability`` has no
``device_caps``, and ``v4l2_frmsize_stepwise`` names its fields wrongly.
"""
# ruff: noqa: N801 - the kernel's names, so that a search finds them in its documentation

import ctypes

import v4l2

V4L2_PIX_FMT_PRIV_MAGIC = 0xFEEDCAFE

V4L2_QUANTIZATION_DEFAULT = 0
V4L2_QUANTIZATION_FULL_RANGE = 1
V4L2_QUANTIZATION_LIM_RANGE = 2

V4L2_BUF_FLAG_ERROR = 0x0040
V4L2_BUF_FLAG_TIMESTAMP_MASK = 0xE000
V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC = 0x2000

V4L2_EVENT_SOURCE_CHANGE = 5
V4L2_EVENT_SRC_CH_RESOLUTION = 0x0001


class v4l2_capability(ctypes.Structure):
    _fields_ = [
        ("driver", ctypes.c_char * 16),
        ("card", ctypes.c_char * 32),
        ("bus_info", ctypes.c_char * 32),
        ("version", ctypes.c_uint32),
        ("capabilities", ctypes.c_uint32),
        ("device_caps", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 3),
    ]


class v4l2_pix_format(ctypes.Structure):
    """The whole structure: lay it over the ``fmt`` of a ``v4l2_format`` with ``from_buffer``."""

    _fields_ = [
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("pixelformat", ctypes.c_uint32),
        ("field", ctypes.c_uint32),
        ("bytesperline", ctypes.c_uint32),
        ("sizeimage", ctypes.c_uint32),
        ("colorspace", ctypes.c_uint32),
        ("priv", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("ycbcr_enc", ctypes.c_uint32),
        ("quantization", ctypes.c_uint32),
        ("xfer_func", ctypes.c_uint32),
    ]


class v4l2_frmsize_stepwise(ctypes.Structure):
    _fields_ = [
        ("min_width", ctypes.c_uint32),
        ("max_width", ctypes.c_uint32),
        ("step_width", ctypes.c_uint32),
        ("min_height", ctypes.c_uint32),
        ("max_height", ctypes.c_uint32),
        ("step_height", ctypes.c_uint32),
    ]


class _frmsize(ctypes.Union):
    _fields_ = [
        ("discrete", v4l2.v4l2_frmsize_discrete),
        ("stepwise", v4l2_frmsize_stepwise),
    ]


class v4l2_frmsizeenum(ctypes.Structure):
    _anonymous_ = ("_size",)
    _fields_ = [
        ("index", ctypes.c_uint32),
        ("pixel_format", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("_size", _frmsize),
        ("reserved", ctypes.c_uint32 * 2),
    ]


class v4l2_event_subscription(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_uint32),
        ("id", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 5),
    ]


class v4l2_event_src_change(ctypes.Structure):
    _fields_ = [("changes", ctypes.c_uint32)]


class _event_payload(ctypes.Union):
    """Of the payloads, the one that camerad reads; ``data`` and ``align`` give size and place."""

    _fields_ = [
        ("src_change", v4l2_event_src_change),
        ("data", ctypes.c_uint8 * 64),
        ("align", ctypes.c_int64),
    ]


class timespec(ctypes.Structure):
    _fields_ = [("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long)]


class v4l2_event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_uint32),
        ("u", _event_payload),
        ("pending", ctypes.c_uint32),
        ("sequence", ctypes.c_uint32),
        ("timestamp", timespec),
        ("id", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 8),
    ]


def _request(direction: int, number: int, argument: type[ctypes.Structure]) -> int:
    """The request number that the header's ``_IOR`` and ``_IOW`` compute for type 'V'."""
    return direction << 30 | ctypes.sizeof(argument) << 16 | ord("V") << 8 | number


_WRITE = 1
_READ = 2

VIDIOC_DQEVENT = _request(_READ, 89, v4l2_event)
VIDIOC_SUBSCRIBE_EVENT = _request(_WRITE, 90, v4l2_event_subscription)
VIDIOC_UNSUBSCRIBE_EVENT = _request(_WRITE, 91, v4l2_event_subscription)


def map_quantization_default(*, rgb: bool, colorspace: int) -> int:
    """V4L2_MAP_QUANTIZATION_DEFAULT: what a driver means that answers "default"."""
    if rgb or colorspace == v4l2.V4L2_COLORSPACE_JPEG:
        return V4L2_QUANTIZATION_FULL_RANGE
    return V4L2_QUANTIZATION_LIM_RANGE
