"""The few ioctls of linux/videodev2.h that are needed here, for 64-bit machines."""

import struct
from fcntl import ioctl

QUERYCTRL = 0xC0445624
S_CTRL = 0xC008561C
REQBUFS = 0xC0145608
NEXT = 0x80000000
"""V4L2_CTRL_FLAG_NEXT_CTRL."""
CAPTURE, MMAP = 1, 1
CONTROL = struct.Struct("<II32s7I")
"""struct v4l2_queryctrl."""


def controls(fd: int) -> dict[str, int]:
    """The numbers of all controls by their names."""
    found: dict[str, int] = {}
    number = 0
    while True:
        try:
            answer = ioctl(fd, QUERYCTRL, CONTROL.pack(number | NEXT, 0, b"", *bytes(7)))
        except OSError:  # there is none after that
            return found
        number, _kind, name, *_ = CONTROL.unpack(answer)
        found[name.rstrip(b"\0").decode()] = number


def set_control(fd: int, number: int, value: int) -> None:
    ioctl(fd, S_CTRL, struct.pack("<Ii", number, value))


def request_buffers(fd: int, count: int) -> None:
    """Who has buffers of a node is its owner; for all others it is busy."""
    ioctl(fd, REQBUFS, struct.pack("<IIIII", count, CAPTURE, MMAP, 0, 0))
