"""Builds the cameras that the command line names."""

from collections.abc import Sequence
from functools import partial

from camerad.capture.access import check_access
from camerad.capture.camera import Camera
from camerad.capture.pattern import PatternSource
from camerad.capture.source import Mode, Source
from camerad.capture.spec import CameraSpec, SpecKind
from camerad.config.schema import Config
from camerad.frames.cameras import Cameras, FedCamera
from camerad.frames.feed import Feed
from camerad.imaging.pool import BufferPool
from camerad.imaging.unpack import unpacker
from camerad.live_config import configured_mode


def find_cameras(specs: Sequence[CameraSpec], config: Config) -> Cameras:
    """A camera for each SPEC; ``auto`` stands for all that udev shows, or else the pattern."""
    sources = [(source, spec.mode) for spec in specs for source in _sources(spec)]
    fed = {number: _fed_camera(number, *pair, config) for number, pair in enumerate(sources)}
    return Cameras(fed, config.camera.active if config.camera.active in fed else 0)


def _sources(spec: CameraSpec) -> list[Source]:
    if spec.kind is SpecKind.PATTERN:
        return [PatternSource()]
    # Loaded for real devices only: the structures of V4L2 alone take 30 ms of the start.
    from camerad.capture.enumerate import capture_nodes  # noqa: PLC0415
    from camerad.capture.v4l2 import V4L2Source  # noqa: PLC0415

    devices = [spec.device] if spec.kind is SpecKind.DEVICE else capture_nodes()
    for device in devices:
        check_access(device)
    return [V4L2Source(device) for device in devices] or [PatternSource()]


def _fed_camera(number: int, source: Source, pinned: Mode, config: Config) -> FedCamera:
    pool = BufferPool()
    mode = configured_mode(pinned, config.camera)
    camera = Camera(source, mode, partial(unpacker, allocate=pool.allocate))
    feed = Feed(number, camera, config.camera.linger)
    return FedCamera(number, camera, feed, pinned)
