"""All cameras of the command line, and what becomes of them as they come and go."""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from camerad.cameras.place import Place
from camerad.cameras.roster import Roster
from camerad.cameras.roster_file import RosterFile
from camerad.capture.access import check_access
from camerad.capture.camera import Camera
from camerad.capture.hotplug import Hotplug
from camerad.capture.identity import VideoNode
from camerad.capture.pattern import PatternSource
from camerad.capture.plug import Plug
from camerad.capture.source import Mode, Source
from camerad.capture.spec import CameraSpec, SpecKind
from camerad.config.schema import Config
from camerad.frames.cameras import Cameras, FedCamera
from camerad.frames.feed import Feed
from camerad.imaging.pool import BufferPool
from camerad.imaging.unpack import unpacker
from camerad.live_config import configured_mode

ANY: Final = (SpecKind.AUTO, SpecKind.PLUGGED)
PINNED_DELAY_S: Final = 2.0
"""A pinned device is opened without udev's help; that is needed only when it goes."""


class PluggedCameras:
    """Pinned cameras come first, by their order; then all others that are, or were, plugged in."""

    def __init__(
        self, specs: Sequence[CameraSpec], state_dir: Path, config: Callable[[], Config]
    ) -> None:
        self._config = config
        self._kinds = {spec.kind for spec in specs}
        pinned = [spec for spec in specs if spec.kind not in ANY]
        self._pinned = [
            self._fed_camera(number, _pinned_source(spec), spec.mode)
            for number, spec in enumerate(pinned)
        ]
        self._file = RosterFile(state_dir)
        reserved = range(len(pinned))
        self._roster = Roster(self._file.read() if self._follows else (), reserved)
        self._places = self._known_places() if self._follows else {}
        cameras = [*self._pinned, *(place.fed for _, place in sorted(self._places.items()))]
        numbers = [fed.id for fed in cameras]
        active = config().camera.active
        self.cameras = Cameras(
            dict(zip(numbers, cameras, strict=True)), active if active in numbers else numbers[0]
        )
        self._hotplug = Hotplug(self._found)

    @property
    def _follows(self) -> bool:
        return not self._kinds.isdisjoint(ANY)

    def start(self) -> None:
        """Find out what the cameras are, and follow them from now on."""
        for fed in self._pinned:
            fed.camera.probe()
        if self._follows:
            self._hotplug.start()
        elif SpecKind.DEVICE in self._kinds:
            self._hotplug.start(PINNED_DELAY_S)

    def alive(self) -> bool:
        """Every camera gives pictures, or its thread knows why it does not; and none comes or goes
        unseen.
        """
        pulses = [self._hotplug.pulse, *(fed.camera.pulse for fed in self.cameras)]
        return all(not pulse.late for pulse in pulses)

    async def close(self) -> None:
        """Follow them no more."""
        await self._hotplug.close()

    def _known_places(self) -> dict[int, Place]:
        """Those of all cameras that were ever seen; or else one for the first that will be."""
        if not self._roster.members:
            first = self._roster.free_number()
            return {first: self._make_place(first)}
        return {
            member.id: self._make_place(
                member.id, member.device, f"{member.device} ({member.product}) is not plugged in"
            )
            for member in self._roster.members
        }

    def _make_place(
        self, number: int, name: str = "none", away: str = "no camera is plugged in"
    ) -> Place:
        plug = Plug(name, away)
        return Place(plug, self._fed_camera(number, plug, Mode()), _source_of)

    def _fed_camera(self, number: int, source: Source, pinned: Mode) -> FedCamera:
        config = self._config().camera
        pool = BufferPool()
        mode = configured_mode(pinned, config)
        camera = Camera(source, mode, partial(unpacker, allocate=pool.allocate))
        return FedCamera(number, camera, Feed(number, camera, config.linger), pinned)

    async def _found(self, nodes: Sequence[VideoNode]) -> None:
        """These are all cameras that are plugged in now."""
        if self._follows:
            before = self._roster.members
            self._settle(nodes)
            if self._roster.members != before:
                await asyncio.to_thread(self._file.write, list(self._roster.members))
        for fed in self._pinned:
            if not fed.camera.connected:
                fed.camera.probe()

    def _settle(self, nodes: Sequence[VideoNode]) -> None:
        pinned = {os.path.realpath(fed.camera.device) for fed in self._pinned}
        here = self._roster.assign([node for node in nodes if node.device not in pinned])
        for number, place in self._places.items():
            if number not in here:
                self._leave(place)
        for number, node in here.items():
            self._place(number).take(node)

    def _place(self, number: int) -> Place:
        if number not in self._places:
            place = self._places[number] = self._make_place(number)
            self.cameras.add(place.fed)
        return self._places[number]

    def _leave(self, place: Place) -> None:
        if SpecKind.AUTO in self._kinds and not self._roster.members:
            place.show_pattern()
        else:
            place.empty()


def _pinned_source(spec: CameraSpec) -> Source:
    if spec.kind is SpecKind.PATTERN:
        return PatternSource()
    check_access(spec.device)
    return _v4l2_source(spec.device)


def _source_of(node: VideoNode) -> Source:
    return _v4l2_source(node.device, node.inode)


def _v4l2_source(device: str, inode: int | None = None) -> Source:
    from camerad.capture.v4l2 import V4L2Source  # noqa: PLC0415 - V4L2's structures take 30 ms

    return V4L2Source(device, inode)
