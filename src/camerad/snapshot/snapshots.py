"""Snapshots: one picture, taken after it was asked for, kept as a file."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime

from msgspec import Struct

from camerad.capture.source import CameraFault
from camerad.clock import epoch_of, iso_utc
from camerad.config.store import ConfigStore
from camerad.errors import CameraNotConnected, FileExists, InvalidFormat, InvalidRequest
from camerad.frames.cameras import FedCamera
from camerad.frames.current import frame_after
from camerad.frames.frame import Frame
from camerad.frames.picture import Jpeg, Picture
from camerad.imaging import jpeg as codec
from camerad.imaging.encoder import Encoder
from camerad.imaging.overlay import stamp
from camerad.storage.tree import Tree

SUFFIXES = (".jpg", ".jpeg")


class Wish(Struct, frozen=True):
    """What a client asks for. Without a quality the camera's own JPEG is kept as it is."""

    filename: str | None = None
    quality: int | None = None
    add_timestamp: bool = False


class Snapshot(Struct, frozen=True):
    """A picture that is safely on the disk."""

    filename: str
    path: str
    size: int
    timestamp: str


class Snapshots:
    """Takes snapshots into one directory of the tree."""

    def __init__(
        self,
        tree: Tree,
        encoder: Encoder,
        executor: Executor,
        config: ConfigStore,
        records: Callable[[int], bool],
    ) -> None:
        """``records`` says of a camera's number whether its mode must stay as it is."""
        self._tree = tree
        self._encoder = encoder
        self._executor = executor
        self._config = config
        self._records = records

    async def take(self, fed: FedCamera, wish: Wish) -> Snapshot:
        """Capture, encode and keep; nothing is kept unless all of it succeeds.

        Raises ``FileExists`` before the camera is troubled.
        """
        filename = _filename(wish.filename)
        path = f"{self._config.current.storage.snapshots}/{filename}"
        loop = asyncio.get_running_loop()
        if await loop.run_in_executor(self._executor, self._tree.exists, path):
            raise FileExists("A file of this name exists", path)
        frame = await self._capture(fed)
        jpeg = await self._render(frame, wish)
        await loop.run_in_executor(self._executor, self._tree.write, path, jpeg.data)
        taken_at = iso_utc(epoch_of(frame.captured_at_s))
        return Snapshot(filename, path, len(jpeg.data), taken_at)

    async def _capture(self, fed: FedCamera) -> Frame:
        asked_at_s = time.monotonic()
        patience_s = self._config.current.camera.open_timeout
        if fed.camera.still_mode is None or self._records(fed.id):
            return await frame_after(fed, asked_at_s, patience_s)
        try:
            async with asyncio.timeout(patience_s):
                picture, captured_at_s = await asyncio.wrap_future(fed.camera.still())
        except (CameraFault, TimeoutError) as fault:
            reason = str(fault) or f"{fed.camera.device} gave no picture in {patience_s:g} s"
            raise CameraNotConnected("Camera device not available", reason) from None
        return Frame(fed.id, 0, captured_at_s, picture)

    async def _render(self, frame: Frame, wish: Wish) -> Jpeg:
        if not wish.add_timestamp:
            return await self._encoder.jpeg(frame, wish.quality)
        moment = iso_utc(epoch_of(frame.captured_at_s))
        loop = asyncio.get_running_loop()
        stamped = await loop.run_in_executor(self._executor, _stamped, frame.picture, moment)
        return await self._encoder.jpeg(
            Frame(frame.camera, frame.number, frame.captured_at_s, stamped), wish.quality
        )


def _stamped(picture: Picture, moment: str) -> Picture:
    if isinstance(picture, Jpeg):
        picture = codec.decode(picture)
    return stamp(picture, moment)


def _filename(wanted: str | None) -> str:
    """A plain name that ends as JPEG files do; without one, a name made of the time."""
    if wanted is None:
        return f"snapshot_{datetime.now(UTC):%Y%m%d_%H%M%S_%f}.jpg"
    if "/" in wanted:
        raise InvalidRequest("filename is a name, not a path", "Leave the directory out")
    if not wanted.lower().endswith(SUFFIXES):
        raise InvalidFormat("A snapshot is a JPEG", "End filename with .jpg or .jpeg")
    return wanted
