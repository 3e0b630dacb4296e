"""The choice of a mode: from what a camera offers and what is wanted to what is asked of it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from camerad.capture.formats import USABLE
from camerad.capture.source import CameraFault, CaptureFormat, Mode, SupportedMode

_DEFAULT_FPS = 30.0
_DEFAULT_SIZE = (1920, 1080)
_RATE_TOLERANCE = 0.02
"""29.97 frames a second count as 30, but 24 do not count as 25."""

_PREFERENCE = {fourcc: rank for rank, fourcc in enumerate(USABLE)}


class ChosenMode(Struct, frozen=True):
    """A ``Mode`` that leaves nothing open."""

    fourcc: str
    width: int
    height: int
    fps: float


def negotiate(device: str, modes: Sequence[SupportedMode], wanted: Mode) -> ChosenMode:
    """The mode to set: format, size, and the rate nearest to the wanted.

    The size is the wanted one if any usable format has it, else the largest not larger, else the
    smallest. Of the formats that have the size, those that reach the wanted rate come first, and
    then those that camerad prefers. Raises ``CameraFault`` when the camera lacks the wanted
    format, or the wanted size and the mode is to be met exactly; the text lists what it has.
    """
    candidates = _in_format(device, modes, wanted)
    fps = _DEFAULT_FPS if wanted.fps is None else wanted.fps
    width, height = _size(device, candidates, wanted, fps)
    at_size = [mode for mode in candidates if (mode.width, mode.height) == (width, height)]
    best = min(at_size, key=lambda mode: _rank(mode, fps))
    return ChosenMode(best.fourcc, width, height, _nearest_rate(best, fps))


def larger_mode(modes: Iterable[SupportedMode], fmt: CaptureFormat) -> Mode | None:
    """The largest mode, for a still picture; ``None`` when none is larger than ``fmt``."""
    usable = [mode for mode in modes if mode.fourcc in USABLE]
    best = min(usable, key=lambda mode: (-_area(mode), _rank(mode, _DEFAULT_FPS)), default=None)
    if best is None or _area(best) <= fmt.width * fmt.height:
        return None
    return Mode(best.fourcc, best.width, best.height)


def listing(modes: Iterable[SupportedMode]) -> str:
    """The formats with their sizes, for people: ``MJPG 1920x1080 1280x720, YUYV 640x480``."""
    sizes: dict[str, list[str]] = {}
    for mode in modes:
        sizes.setdefault(mode.fourcc, []).append(f"{mode.width}x{mode.height}")
    return ", ".join(f"{fourcc} {' '.join(of)}" for fourcc, of in sizes.items()) or "nothing"


def _in_format(
    device: str, modes: Sequence[SupportedMode], wanted: Mode
) -> Sequence[SupportedMode]:
    usable = [mode for mode in modes if mode.fourcc in USABLE]
    if wanted.fourcc is None:
        candidates, lacks = usable, "no format that camerad can use"
    else:
        candidates = [mode for mode in usable if mode.fourcc == wanted.fourcc]
        lacks = f"no {wanted.fourcc} that camerad can use"
    if not candidates:
        raise CameraFault(f"{device} offers {lacks}; it has: {listing(usable or modes)}")
    return candidates


def _size(
    device: str, candidates: Sequence[SupportedMode], wanted: Mode, fps: float
) -> tuple[int, int]:
    if wanted.width is None or wanted.height is None:
        fast = [mode for mode in candidates if not _shortfall(mode, fps)]
        return _nearest_size(fast or candidates, *_DEFAULT_SIZE)
    size = _nearest_size(candidates, wanted.width, wanted.height)
    if wanted.exact and size != (wanted.width, wanted.height):
        lacks = f"no {wanted.width}x{wanted.height}"
        raise CameraFault(f"{device} offers {lacks}; it has: {listing(candidates)}")
    return size


def _nearest_size(modes: Sequence[SupportedMode], width: int, height: int) -> tuple[int, int]:
    fitting = [mode for mode in modes if mode.width <= width and mode.height <= height]
    chosen = max(fitting, key=_area) if fitting else min(modes, key=_area)
    return chosen.width, chosen.height


def _area(mode: SupportedMode) -> int:
    return mode.width * mode.height


def _rank(mode: SupportedMode, fps: float) -> tuple[float, int]:
    """The lower the better."""
    return _shortfall(mode, fps), _PREFERENCE[mode.fourcc]


def _shortfall(mode: SupportedMode, fps: float) -> float:
    """By how much the mode misses the rate; a driver that lists no rates is given credit."""
    if not mode.fps or max(mode.fps) >= fps * (1 - _RATE_TOLERANCE):
        return 0.0
    return fps - max(mode.fps)


def _nearest_rate(mode: SupportedMode, fps: float) -> float:
    return min(mode.fps, key=lambda offered: (abs(offered - fps), -offered), default=fps)
