"""The controls of an open node that hold a number which can be set, in the words of ``Control``."""

import errno
import re
from collections.abc import Iterator
from typing import Final, Literal

import v4l2

from camerad.capture.controls import DriverControl, g_ctrl, queryctrl, querymenu
from camerad.capture.source import Control, MenuItem

_TYPES: Final[dict[int, Literal["integer", "boolean", "menu"]]] = {
    v4l2.V4L2_CTRL_TYPE_INTEGER: "integer",
    v4l2.V4L2_CTRL_TYPE_BOOLEAN: "boolean",
    v4l2.V4L2_CTRL_TYPE_MENU: "menu",
    v4l2.V4L2_CTRL_TYPE_INTEGER_MENU: "menu",
}
_NOT_TO_BE_SET = v4l2.V4L2_CTRL_FLAG_READ_ONLY | v4l2.V4L2_CTRL_FLAG_WRITE_ONLY

# A driver's menu can have gaps, and need not be believed in how far it goes.
_LONGEST_MENU = 256

_STANDARD_NAMES: Final = {
    value: name.removeprefix("V4L2_CID_").lower()
    for name, value in reversed(vars(v4l2).items())
    if name.startswith("V4L2_CID_") and not name.endswith(("_BASE", "_CLASS"))
}
"""V4L2's own names by id; of two for the same control, the older."""


def list_controls(fd: int) -> Iterator[Control]:
    """In the driver's order. A control that cannot be read is left out."""
    for driver_control in queryctrl(fd):
        kind = _TYPES.get(driver_control.type)
        if kind is None or driver_control.flags & _NOT_TO_BE_SET:
            continue
        try:
            value = g_ctrl(fd, driver_control.id)
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise
            continue
        yield _control(fd, driver_control, kind, value)


def _control(
    fd: int, known: DriverControl, kind: Literal["integer", "boolean", "menu"], value: int
) -> Control:
    name = plain_name(known.name)
    standard = _STANDARD_NAMES.get(known.id)
    return Control(
        id=known.id,
        name=name,
        type=kind,
        minimum=known.minimum,
        maximum=known.maximum,
        step=known.step,
        default=known.default,
        value=value,
        alias=None if standard == name else standard,
        items=tuple(_menu(fd, known)) if kind == "menu" else (),
    )


def plain_name(name: str) -> str:
    """``Exposure Time, Absolute`` as v4l2-ctl writes it: ``exposure_time_absolute``."""
    return "_".join(re.findall(r"[a-z0-9]+", name.lower()))


def _menu(fd: int, known: DriverControl) -> Iterator[MenuItem]:
    last = min(known.maximum, known.minimum + _LONGEST_MENU - 1)
    for index in range(known.minimum, last + 1):
        item = querymenu(fd, known.id, index)
        if item is not None:
            numeric = known.type == v4l2.V4L2_CTRL_TYPE_INTEGER_MENU
            yield MenuItem(index, str(item.number) if numeric else item.name)
