"""Video nodes where no udev runs, as in containers: what is in /dev, and what sysfs knows of it."""

import asyncio
import os
import re
from typing import Final

from camerad.capture import sysfs
from camerad.capture.identity import Identity, VideoNode

LOOK_S: Final = 0.5
_DEV: Final = "/dev"
_NAME: Final = re.compile(r"video(\d+)", re.ASCII)


def video_nodes() -> list[VideoNode]:
    """All in /dev, by their numbers. Blocks."""
    return [_node(f"{_DEV}/video{number}", inode) for number, inode in sorted(_present())]


def _present() -> list[tuple[int, int]]:
    """The numbers of the nodes, and their inodes: another one when a node has been made again."""
    found = []
    for name in os.listdir(_DEV):
        matched = _NAME.fullmatch(name)
        if matched:
            try:
                inode = os.stat(f"{_DEV}/{name}").st_ino
            except OSError:
                continue  # it has just gone
            found.append((int(matched[1]), inode))
    return found


def _node(device: str, inode: int) -> VideoNode:
    product = sysfs.text(device, "name")
    path = os.path.realpath(f"{sysfs.VIDEO_CLASS}/{os.path.basename(device)}/device")
    # On USB, "device" is an interface of the device that has the numbers.
    vendor, model = (sysfs.text(device, f"device/../{name}") for name in ("idVendor", "idProduct"))
    interface, index = (sysfs.text(device, name) for name in ("device/bInterfaceNumber", "index"))
    identity = Identity(
        product=f"{vendor}:{model}" if vendor and model else product,
        serial=sysfs.text(device, "device/../serial") if vendor else "",
        path=path if os.path.exists(path) else device,
        unit=f"{interface}.{index}",
    )
    return VideoNode(device, product, identity, inode=inode)


class DevfsWatch:
    """Looks into /dev twice a second."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []

    async def open(self) -> None:
        self._seen = _present()

    async def changed(self) -> None:
        """Wait until it is not as it was the last time."""
        while (present := _present()) == self._seen:
            await asyncio.sleep(LOOK_S)
        self._seen = present

    def close(self) -> None:
        """There is nothing to close."""
