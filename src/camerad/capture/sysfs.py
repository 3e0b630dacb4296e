"""What the kernel tells of video nodes without opening them."""

import os
from typing import Final

VIDEO_CLASS: Final = "/sys/class/video4linux"


def text(device: str, attribute: str) -> str:
    """What is said of a node or, by a path with ``device/``, of the device behind it; empty where
    nothing is.
    """
    try:
        path = f"{VIDEO_CLASS}/{os.path.basename(device)}/{attribute}"
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        return ""
