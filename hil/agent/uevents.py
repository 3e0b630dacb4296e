"""When video nodes come, as the kernel says it itself: before udev has even heard of it."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

NETLINK_KOBJECT_UEVENT = 15
KERNEL_EVENTS = 1
CAPTURES = "0"
"""A device's first node gives pictures, another one figures about them."""


def arrivals() -> Iterator[tuple[str, float]]:
    """Each camera's node that comes from now on, and when: seconds since the epoch."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_KOBJECT_UEVENT) as events:
        events.bind((0, KERNEL_EVENTS))
        while True:
            event, at_s = events.recv(65536), time.time()
            heading, *fields = event.decode(errors="replace").split("\0")
            known = dict(field.split("=", 1) for field in fields if "=" in field)
            if heading.startswith("add@") and known.get("SUBSYSTEM") == "video4linux":
                node = known["DEVNAME"]
                if captures(node):
                    yield node, at_s


def captures(node: str) -> bool:
    try:
        return Path(f"/sys/class/video4linux/{node}/index").read_text().strip() == CAPTURES
    except FileNotFoundError:  # gone already
        return False
