"""The ioctls of V4L2's controls: brightness, exposure and their like."""

import ctypes
from collections.abc import Iterator
from typing import Any

import v4l2
from msgspec import Struct

from camerad.capture import ioctl


class DriverControl(Struct, frozen=True):
    """One adjustable property, such as brightness."""

    id: int
    type: int
    name: str
    minimum: int
    maximum: int
    step: int
    default: int
    flags: int


class MenuEntry(Struct, frozen=True):
    """One item of a menu: a name, or a number where the menu is one of integers."""

    name: str
    number: int


def queryctrl(fd: int) -> Iterator[DriverControl]:
    """All controls that are in use, in the order of their ids."""
    answer = v4l2.v4l2_queryctrl(id=v4l2.V4L2_CTRL_FLAG_NEXT_CTRL)
    for _ in range(ioctl.LONGEST_LIST):
        try:
            ioctl.call(fd, v4l2.VIDIOC_QUERYCTRL, answer)
        except OSError as error:
            if error.errno in ioctl.LIST_END:
                return
            raise
        if not answer.flags & v4l2.V4L2_CTRL_FLAG_DISABLED:
            yield _control(answer)
        answer = v4l2.v4l2_queryctrl(id=answer.id | v4l2.V4L2_CTRL_FLAG_NEXT_CTRL)


def _control(answer: Any) -> DriverControl:  # noqa: ANN401 - v4l2-python3 carries no types
    return DriverControl(
        id=answer.id,
        type=answer.type,
        name=ioctl.text(answer.name),
        minimum=answer.minimum,
        maximum=answer.maximum,
        step=answer.step,
        default=answer.default_value,
        flags=answer.flags,
    )


def querymenu(fd: int, control_id: int, index: int) -> MenuEntry | None:
    """One item of a menu; ``None`` where the driver has none of that number."""
    answer = v4l2.v4l2_querymenu(id=control_id, index=index)
    try:
        ioctl.call(fd, v4l2.VIDIOC_QUERYMENU, answer)
    except OSError as error:
        if error.errno in ioctl.LIST_END:
            return None
        raise
    # v4l2-python3 lacks the number that lies over the name.
    number = ctypes.c_int64.from_buffer(answer, v4l2.v4l2_querymenu.name.offset)
    return MenuEntry(ioctl.text(answer.name), number.value)


def g_ctrl(fd: int, control_id: int) -> int:
    answer = v4l2.v4l2_control(id=control_id)
    ioctl.call(fd, v4l2.VIDIOC_G_CTRL, answer)
    return int(answer.value)


def s_ctrl(fd: int, control_id: int, value: int) -> None:
    ioctl.call(fd, v4l2.VIDIOC_S_CTRL, v4l2.v4l2_control(id=control_id, value=value))
