"""The state of the device at work: who subscribes hears of every change, whoever makes it."""

from collections.abc import Callable
from functools import partial

from camerad.capture.status import Status
from camerad.config.state import config_state
from camerad.config.store import ConfigStore
from camerad.events.bus import Bus
from camerad.events.state import State
from camerad.frames.cameras import Cameras, FedCamera
from camerad.frames.state import camera_event, camera_state


class LiveState:
    """Has the cameras and the configuration tell of their changes.

    ``recording`` says whether a recording is under way; whoever starts or ends one calls
    ``state.changed``.
    """

    def __init__(
        self, config: ConfigStore, cameras: Cameras, recording: Callable[[], bool]
    ) -> None:
        self.bus = Bus()
        self.state = State(
            self.bus,
            [
                lambda: camera_state(cameras, recording=recording()),
                lambda: config_state(config),
            ],
        )
        self._config = config
        self._cameras = cameras

    def start(self) -> None:
        """From now on tell of every change, on the running event loop."""
        self.state.start()
        self._config.subscribe(lambda _old, _new: self.state.changed())
        self._cameras.on_added(self._watch)
        for fed in self._cameras:
            self._watch(fed)

    def close(self) -> None:
        """Tell no more: the event loop ends."""
        self.state.close()
        self.bus.close()

    def _watch(self, fed: FedCamera) -> None:
        fed.camera.on_change(partial(self._camera_changed, fed))

    def _camera_changed(self, fed: FedCamera, before: Status, after: Status) -> None:
        """Called in the thread of the camera."""
        event = camera_event(fed, before, after)
        if event is not None:
            self.bus.publish(event)
        self.state.changed()
