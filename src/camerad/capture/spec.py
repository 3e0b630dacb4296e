"""What ``--camera SPEC`` says: whatever is plugged in, a device pinned by its path, or the test
pattern.
"""

import enum
import re

from msgspec import Struct

from camerad.capture.pattern import can_show
from camerad.capture.source import Mode

GRAMMAR = "auto, plugged, /dev/videoN[:FOURCC][:WxH][@FPS] or pattern[:WxH][@FPS]"

_FPS = re.compile(r"@(\d+(?:\.\d+)?)\Z", re.ASCII)
_SIZE = re.compile(r":(\d+)x(\d+)\Z", re.ASCII)
_FOURCC = re.compile(r":(?=.*[A-Z])([A-Z0-9]{4})\Z", re.ASCII)
_NODE_WITH_REST = re.compile(r"/dev/video\d+[:@]")
_MAX_SIDE = 16384
_MAX_FPS = 1000.0


class SpecKind(enum.Enum):
    """Where a camera comes from."""

    AUTO = "auto"
    """As ``PLUGGED``; but the pattern, until the first camera has been seen."""
    PLUGGED = "plugged"
    """All that are plugged in, now or later, and nothing else."""
    DEVICE = "device"
    PATTERN = "pattern"


class CameraSpec(Struct, frozen=True):
    """One camera as the command line names it."""

    kind: SpecKind
    device: str = ""
    """An absolute path; only of a device."""
    mode: Mode = Mode()
    """What the SPEC pins; its ``exact`` is set."""


def parse_camera_spec(text: str) -> CameraSpec:
    """Read a SPEC; ``ValueError`` says what is wrong with it and how it should look.

    A path may hold colons itself, as those in /dev/v4l/by-path do; so what follows it is
    taken off from the right.
    """
    if text in (SpecKind.AUTO.value, SpecKind.PLUGGED.value):
        return CameraSpec(SpecKind(text))
    rest, fps = _cut(_FPS, text)
    rest, size = _cut(_SIZE, rest)
    rest, fourcc = _cut(_FOURCC, rest)
    mode = Mode(
        fourcc=fourcc.group(1) if fourcc else None,
        width=int(size.group(1)) if size else None,
        height=int(size.group(2)) if size else None,
        fps=float(fps.group(1)) if fps else None,
        exact=True,
    )
    _check_limits(text, mode)
    if rest == "pattern":
        return _pattern(text, mode)
    if not rest.startswith("/") or _NODE_WITH_REST.match(rest):
        raise ValueError(f"camera {text!r} is not {GRAMMAR}")
    return CameraSpec(SpecKind.DEVICE, rest, mode)


def _cut(suffix: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    found = suffix.search(text)
    return (text[: found.start()], found) if found else (text, None)


def _check_limits(text: str, mode: Mode) -> None:
    sides = [side for side in (mode.width, mode.height) if side is not None]
    if any(not 1 <= side <= _MAX_SIDE for side in sides):
        raise ValueError(f"camera {text!r}: width and height must be 1 to {_MAX_SIDE}")
    if mode.fps is not None and not 0 < mode.fps <= _MAX_FPS:
        raise ValueError(f"camera {text!r}: the rate must be above 0 and at most {_MAX_FPS:g}")


def _pattern(text: str, mode: Mode) -> CameraSpec:
    if mode.fourcc is not None:
        raise ValueError(f"camera {text!r}: the pattern has no choice of formats")
    if mode.width is not None and mode.height is not None and not can_show(mode.width, mode.height):
        raise ValueError(
            f"camera {text!r}: the pattern's width and height must be even, "
            "from 160x120 to 7680x4320"
        )
    return CameraSpec(SpecKind.PATTERN, mode=mode)
