"""The pictures that the USB cameras show: each differs from all others at a glance."""

import numpy as np
from turbojpeg import TJPF_RGB, TurboJPEG

from uvc_cameras import Pictures

SIZES = ((640, 480), (320, 240))
TURNS = 8
QUALITY = 60
NOISE = 20
"""Of 255, its standard deviation."""


def known_pictures() -> Pictures:
    return {size: [picture(*size, turn) for turn in range(TURNS)] for size in SIZES}


def picture(width: int, height: int, turn: int) -> bytes:
    """A slope of grey with a bar that walks to the right, a step a turn. The noise makes it so
    large that a frame of 640x480 takes several USB transfers, and can be cut in the middle.
    """
    slope = np.linspace(20, 220, height)[:, None, None]
    noise = np.random.default_rng(turn).normal(0, NOISE, (height, width, 1))
    pixels = np.broadcast_to(slope + noise, (height, width, 3)).clip(0, 255).astype(np.uint8)
    left = width * turn // TURNS
    pixels[:, left : left + width // TURNS] = (220, 40, 40)
    jpeg: bytes = TurboJPEG().encode(pixels, quality=QUALITY, pixel_format=TJPF_RGB)
    return jpeg
