"""The configuration at work: its changes reach those parts that do not read it each time."""

import asyncio
from collections.abc import Callable, Iterator

from msgspec import structs

from camerad.capture.adjustment import Adjustment, find_control, refusal
from camerad.capture.camera import Camera
from camerad.capture.source import Mode
from camerad.config.schema import Camera as Settings
from camerad.config.schema import Config
from camerad.config.store import ConfigStore
from camerad.errors import InvalidConfig, RecordingInProgress
from camerad.frames.cameras import Cameras
from camerad.frames.picture import Picture
from camerad.storage.tree import Tree


class LiveConfig:
    """Refuses changes that the cameras cannot follow, and has those followed that it lets pass.

    ``busy`` says whether a recording is under way; it is asked in any thread.
    """

    def __init__(
        self, config: ConfigStore, cameras: Cameras, tree: Tree, busy: Callable[[], bool]
    ) -> None:
        self._config = config
        self._cameras = cameras
        self._tree = tree
        self._busy = busy
        config.guard(self._check)

    def start(self) -> None:
        """Apply what is configured, and from now on every change, on the running event loop.

        A change has taken effect when what awaits the thread that made it goes on.
        """
        loop = asyncio.get_running_loop()

        def changed(_old: Config, _new: Config) -> None:
            loop.call_soon_threadsafe(self._apply)

        self._config.subscribe(changed)
        self._cameras.on_added(lambda _fed: self._apply())
        self._apply()

    def _apply(self) -> None:
        config = self._config.current
        if config.camera.active in self._cameras:
            self._cameras.active = config.camera.active
        for fed in self._cameras:
            fed.feed.linger_s = config.camera.linger
            fed.camera.adjust(_adjustment(config.camera))
            if not self._busy():  # a recording may have another mode, until it ends
                fed.camera.set_mode(configured_mode(fed.pinned, config.camera))
        self._tree.reserve_bytes = config.storage.reserve_bytes

    def _check(self, section: str, old: Config, new: Config) -> None:
        if section != "camera":
            return
        if self._busy():
            raise RecordingInProgress(
                "Camera settings cannot change during a recording", "Stop the recording first"
            )
        cameras = [fed.camera for fed in self._cameras]
        problems = [
            *_active_problems(self._cameras, old.camera, new.camera),
            *_control_problems(cameras, old.camera, new.camera),
        ]
        if problems:
            raise InvalidConfig("The cameras cannot follow the configuration", "; ".join(problems))


def configured_mode(pinned: Mode, settings: Settings) -> Mode:
    """What is pinned, and the configured size and rate for what that leaves open."""
    fps = pinned.fps or settings.default_framerate
    if pinned.width is not None or settings.default_resolution is None:
        return structs.replace(pinned, fps=fps)
    width, height = map(int, settings.default_resolution.split("x"))
    return Mode(pinned.fourcc, width, height, fps)


def _adjustment(settings: Settings) -> Adjustment:
    return Adjustment(settings.controls, settings.auto_exposure)


def _active_problems(cameras: Cameras, old: Settings, new: Settings) -> Iterator[str]:
    if new.active != old.active and new.active not in cameras:
        known = ", ".join(str(fed.id) for fed in cameras)
        yield f"camera.active: there is no camera {new.active}; cameras: {known}"


def _control_problems(
    cameras: list[Camera[Picture]], old: Settings, new: Settings
) -> Iterator[str]:
    """What changes is checked; what was set for a camera that is not here now may stay."""
    for name, value in new.controls.items():
        if old.controls.get(name) != value:
            for problem in _value_problems(cameras, name, value):
                yield f"camera.controls.{name}: {problem}"


def _value_problems(cameras: list[Camera[Picture]], name: str, value: int) -> Iterator[str]:
    """Nothing is known of a camera that has never been opened, and so nothing refused."""
    offered = [(camera, find_control(name, camera.status.controls)) for camera in cameras]
    having = [(camera, control) for camera, control in offered if control is not None]
    if not having and all(camera.status.format is not None for camera in cameras):
        known = {control.name: None for camera in cameras for control in camera.status.controls}
        yield f"no camera has it; there are: {', '.join(known) or 'none'}"
    for camera, control in having:
        if problem := refusal(control, value):
            yield f"{camera.device} {problem}"
