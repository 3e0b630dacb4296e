"""The pictures that the USB cameras show: each differs from all others at a glance."""

import numpy as np
from turbojpeg import TJPF_RGB, TurboJPEG

from uvc_cameras import Pictures

SIZES = ((640, 480), (320, 240))
TURNS = 8
QUALITY = 60


def known_pictures() -> Pictures:
    return {size: [picture(*size, turn) for turn in range(TURNS)] for size in SIZES}


def picture(width: int, height: int, turn: int) -> bytes:
    """A slope of grey with a bar that walks to the right, a step a turn."""
    slope = np.linspace(0, 255, height, dtype=np.uint8)[:, None, None]
    pixels = np.broadcast_to(slope, (height, width, 3)).copy()
    left = width * turn // TURNS
    pixels[:, left : left + width // TURNS] = (220, 40, 40)
    jpeg: bytes = TurboJPEG().encode(pixels, quality=QUALITY, pixel_format=TJPF_RGB)
    return jpeg
