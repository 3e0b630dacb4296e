"""Video nodes as udev knows them, and its word when one comes, goes or changes.

pyudev is imported where it is used: it costs start-up. For each of its contexts it searches for its
library by processes, and none may be used in two threads: so there is one here to list devices, and
one for every monitor.
"""

import asyncio
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from camerad.capture import sysfs
from camerad.capture.identity import Identity, VideoNode

if TYPE_CHECKING:
    from pyudev import Context, Device, Monitor

logger = logging.getLogger(__name__)

SUBSYSTEM: Final = "video4linux"
_CONTROL: Final = "/run/udev/control"
_CAPTURES: Final = ":capture:"


def is_running() -> bool:
    """Not in most containers."""
    return os.path.exists(_CONTROL)


class UdevNodes:
    """The video nodes that udev has finished with and holds for possible cameras."""

    def __init__(self) -> None:
        self._context: Context | None = None

    def list(self) -> list[VideoNode]:
        """By their numbers. Blocks."""
        if not os.path.isdir(sysfs.VIDEO_CLASS) or not os.listdir(sysfs.VIDEO_CLASS):
            return []
        if self._context is None:
            self._context = _context()
        listed = self._context.list_devices(subsystem=SUBSYSTEM)
        videos = [device for device in listed if _is_video(device)]
        nodes = []
        for video in sorted(videos, key=lambda video: int(video.sys_number)):
            with suppress(FileNotFoundError):  # it has just gone, or a container does not have it
                nodes.append(_node(video))
        return nodes


def _is_video(device: "Device") -> bool:
    captures = _CAPTURES in device.properties.get("ID_V4L_CAPABILITIES", _CAPTURES)
    named = device.sys_name.startswith("video") and device.device_node is not None
    return named and captures and device.is_initialized


def _node(device: "Device") -> VideoNode:
    known = device.properties
    vendor, model = known.get("ID_VENDOR_ID"), known.get("ID_MODEL_ID")
    product = known.get("ID_V4L_PRODUCT") or sysfs.text(device.device_node, "name")
    index = sysfs.text(device.device_node, "index")
    return VideoNode(
        device=device.device_node,
        product=product,
        identity=Identity(
            product=f"{vendor}:{model}" if vendor and model else product,
            serial=known.get("ID_SERIAL_SHORT", ""),
            path=known.get("ID_PATH", ""),
            unit=f"{known.get('ID_USB_INTERFACE_NUM', '')}.{index}",
        ),
        links=tuple(sorted(device.device_links)),
        inode=os.stat(device.device_node).st_ino,
        captures=_CAPTURES in known.get("ID_V4L_CAPABILITIES", "") or None,
    )


class UdevWatch:
    """udev's events, over netlink. What they say is not needed: each is a reason to look again, and
    so nothing is missed when the kernel had to drop some.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._monitor: Monitor | None = None

    async def open(self) -> None:
        """Hear of everything from now on."""
        monitor = await asyncio.to_thread(_monitor)
        self._monitor = monitor
        asyncio.get_running_loop().add_reader(monitor.fileno(), self._read)

    async def changed(self) -> None:
        """Wait until there has been an event since the last time."""
        await self._event.wait()
        self._event.clear()
        if self._monitor is None:
            await self.open()

    def close(self) -> None:
        if self._monitor is not None:
            asyncio.get_running_loop().remove_reader(self._monitor.fileno())
            self._monitor = None

    def _read(self) -> None:
        self._event.set()
        assert self._monitor is not None
        try:
            while self._monitor.poll(0) is not None:
                pass
        except OSError as error:
            # ENOBUFS: there were more than its socket takes. Its error would stay; a new one has
            # none.
            logger.info("udev's events were lost (%s): looking at all cameras", error.strerror)
            self.close()


def _context() -> "Context":
    import pyudev  # noqa: PLC0415 - see the module

    return pyudev.Context()


def _monitor() -> "Monitor":
    import pyudev  # noqa: PLC0415 - see the module

    monitor = pyudev.Monitor.from_netlink(_context())
    monitor.filter_by(SUBSYSTEM)
    monitor.start()
    return monitor
