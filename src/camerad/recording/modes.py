"""The mode that a recording asks of its camera."""

from collections.abc import Sequence

from camerad.capture.formats import USABLE
from camerad.capture.source import Mode, SupportedMode
from camerad.errors import CameraNotConnected, InvalidResolution
from camerad.frames.cameras import FedCamera
from camerad.recording.intake import same_rate


def mode_for(fed: FedCamera, resolution: str | None, fps: float | None) -> Mode | None:
    """What the camera has to be set to; None if it may stay as it is.

    Raises ``InvalidResolution``, with all that it has, for what it lacks.
    """
    if resolution is None and fps is None:
        return None
    camera, fourcc = fed.camera, fed.pinned.fourcc
    modes = [
        mode for mode in camera.status.modes if mode.fourcc in ([fourcc] if fourcc else USABLE)
    ]
    fmt = camera.status.format
    if fmt is None or not modes:
        reason = camera.status.fault or f"{camera.device} has not answered yet"
        raise CameraNotConnected("Camera device not available", reason)
    size = resolution or fmt.resolution
    at_size = [mode for mode in modes if f"{mode.width}x{mode.height}" == size]
    if not at_size:
        _refuse(f"The camera has no resolution {size}", _sizes(modes))
    width, height = at_size[0].width, at_size[0].height
    if fps is not None and not any(_has_rate(mode, fps) for mode in at_size):
        _refuse(f"The camera has no {fps:g} frames/s at {width}x{height}", _rates(at_size))
    return Mode(fourcc, width, height, fps or fmt.fps)


def changes(fed: FedCamera, mode: Mode | None) -> bool:
    """Whether the camera's pictures would be of another size, or come at another rate."""
    fmt = fed.camera.status.format
    if mode is None:
        return False
    if fmt is None or (fmt.width, fmt.height) != (mode.width, mode.height):
        return True
    return mode.fps is not None and not same_rate(fmt.fps, mode.fps)


def _has_rate(mode: SupportedMode, fps: float) -> bool:
    """A driver that lists no rates is given credit."""
    return not mode.fps or any(same_rate(offered, fps) for offered in mode.fps)


def _sizes(modes: Sequence[SupportedMode]) -> list[str]:
    return list(dict.fromkeys(f"{mode.width}x{mode.height}" for mode in modes))


def _rates(modes: Sequence[SupportedMode]) -> list[str]:
    rates = {fps for mode in modes for fps in mode.fps}
    return [f"{fps:g}" for fps in sorted(rates, reverse=True)]


def _refuse(message: str, offered: list[str]) -> None:
    raise InvalidResolution(message, f"It has: {', '.join(offered)}")
