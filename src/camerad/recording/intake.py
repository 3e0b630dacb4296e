"""Takes the pictures of a camera for a recording: in the thread of the camera, and never blocks."""

import asyncio
import time
from contextlib import ExitStack
from fractions import Fraction

from camerad.capture.source import Mode
from camerad.errors import CameraNotConnected
from camerad.frames.cameras import FedCamera
from camerad.frames.current import FAULT_CHECK_S
from camerad.frames.picture import Packed, Picture
from camerad.recording.shots import Renderer, Shot, Shots
from camerad.recording.timeline import film_rate

_SAME_RATE = 0.02


class Intake:
    """From a camera's feed, by a renderer, into a queue."""

    def __init__(
        self,
        fed: FedCamera,
        renderer: Renderer,
        shots: Shots,
        wanted: Mode | None,
        interval_s: float | None,
    ) -> None:
        """Pictures count only once the camera is in the ``wanted`` mode, if there is one."""
        self._fed = fed
        self._renderer = renderer
        self._shots = shots
        self._wanted = wanted
        self._interval_s = interval_s
        self._due_s = 0.0
        self._stack = ExitStack()
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()

    def open(self) -> None:
        """Begin. Belongs to the event loop, like all but what the feed calls."""
        self._stack.enter_context(self._fed.feed.tapped(self._take))

    def close(self) -> None:
        self._stack.close()

    async def first(self, patience_s: float) -> Shot:
        """The first picture, out of the queue; raises ``CameraNotConnected`` if there is none."""
        give_up_s = time.monotonic() + patience_s
        camera = self._fed.camera
        while time.monotonic() < give_up_s and camera.status.fault is None:
            try:
                await asyncio.wait_for(self._arrived.wait(), FAULT_CHECK_S)
            except TimeoutError:
                continue
            shot = self._shots.get(0)
            assert shot is not None
            return shot
        reason = camera.status.fault or f"{camera.device} gives no frames"
        raise CameraNotConnected("Camera device not available", reason)

    def _take(self, picture: Picture, captured_at_s: float) -> None:
        fmt = self._fed.camera.status.format
        if fmt is None or not self._is_wanted(picture, fmt.fps) or not self._is_due(captured_at_s):
            return
        rendered = self._renderer.render(picture)
        if rendered is None:
            self._shots.drop()
            return
        self._shots.put(Shot(rendered, captured_at_s, film_rate(fmt.fps)))
        if not self._arrived.is_set():
            self._loop.call_soon_threadsafe(self._arrived.set)

    def _is_wanted(self, picture: Picture, fps: float) -> bool:
        """Whether the camera has come to its mode; from then on everything counts."""
        wanted = self._wanted
        if wanted is None:
            return True
        same_size = wanted.width is None or size_of(picture) == (wanted.width, wanted.height)
        if not same_size or (wanted.fps is not None and not same_rate(fps, wanted.fps)):
            return False
        self._wanted = None
        return True

    def _is_due(self, captured_at_s: float) -> bool:
        if self._interval_s is None:
            return True
        if captured_at_s < self._due_s:
            return False
        late = captured_at_s - self._due_s > self._interval_s
        self._due_s = (captured_at_s if late else self._due_s) + self._interval_s
        return True


async def answered(fed: FedCamera, patience_s: float) -> None:
    """Wait until a camera has told what it can do, or has failed, but no longer than that: the
    daemon may have started a moment ago.
    """
    give_up_s = time.monotonic() + patience_s
    camera = fed.camera
    while camera.status.format is None and camera.status.fault is None:
        if time.monotonic() > give_up_s:
            return
        await asyncio.sleep(FAULT_CHECK_S)


def size_of(picture: Picture) -> tuple[int, int]:
    if isinstance(picture, Packed):
        height, width = picture.pixels.shape[:2]
        return width, height
    return picture.width, picture.height


def same_rate(fps: float, wanted: float) -> bool:
    return abs(Fraction(fps) / Fraction(wanted) - 1) <= _SAME_RATE
