"""Cameras that come and go: which are there, at the start and after every change."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from camerad.capture import devfs, udev
from camerad.capture.identity import VideoNode
from camerad.capture.pulse import Pulse

if TYPE_CHECKING:
    from camerad.capture.nodes import CameraNodes

logger = logging.getLogger(__name__)

AGAIN_S: Final = 0.5
HANG_S: Final = 30.0
"""A look that takes so long hangs in a driver, and nothing that comes or goes is seen any more."""

Found = Callable[[Sequence[VideoNode]], Awaitable[None]]
"""Takes all cameras that are plugged in, by their numbers."""


class Watch(Protocol):
    """Something that knows when the nodes have changed."""

    async def open(self) -> None:
        """Notice everything from now on."""

    async def changed(self) -> None:
        """Wait until something has changed since ``open``, or since the last time."""

    def close(self) -> None:
        """Notice no more."""


class Hotplug:
    """Looks whenever udev says a word, or /dev has changed where no udev runs.

    An event is only a reason to look: what is there then is the truth, in whatever order the events
    came and whichever of them were lost.
    """

    def __init__(self, found: Found) -> None:
        self.pulse = Pulse()
        self._found = found
        self._task: asyncio.Task[None] | None = None

    def start(self, delay_s: float = 0.0) -> None:
        """Begin on the running event loop, in the background."""
        self._task = asyncio.get_running_loop().create_task(self._begin(delay_s))

    async def close(self) -> None:
        self.pulse.rest()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _begin(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if udev.is_running():
            try:
                await self._follow(udev.UdevWatch(), udev.UdevNodes().list)
            except ImportError as error:  # no libudev
                logger.warning("udev cannot be asked (%s): looking into /dev instead", error)
        await self._follow(devfs.DevfsWatch(), devfs.video_nodes)

    async def _follow(self, watch: Watch, video_nodes: Callable[[], list[VideoNode]]) -> None:
        nodes = await asyncio.to_thread(_camera_nodes, video_nodes)
        try:
            await watch.open()  # before the first look, so that nothing falls between
            while True:
                await self._look(nodes)
                await watch.changed()
        finally:
            watch.close()

    async def _look(self, nodes: "CameraNodes") -> None:
        while True:
            self.pulse.expect(HANG_S)
            try:
                found = await asyncio.to_thread(nodes.find)
            except (OSError, LookupError) as error:  # a device has gone while it was looked at
                logger.debug("Looking again: %s", error)
                await asyncio.sleep(AGAIN_S)
            else:
                self.pulse.rest()
                return await self._found(found)


def _camera_nodes(video_nodes: Callable[[], list[VideoNode]]) -> "CameraNodes":
    from camerad.capture.nodes import CameraNodes  # noqa: PLC0415 - V4L2's structures take 30 ms

    return CameraNodes(video_nodes)
