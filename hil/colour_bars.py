"""vivid's first test pattern: eight bars of 75 % white, the primary and mixed colours, black."""

import numpy as np
import numpy.typing as npt
from turbojpeg import TJPF_RGB, TurboJPEG

BARS = (
    (191, 191, 191),
    (191, 191, 0),
    (0, 191, 191),
    (0, 191, 0),
    (191, 0, 191),
    (191, 0, 0),
    (0, 0, 191),
    (0, 0, 0),
)
"""From left to right, in RGB of full range."""

Picture = npt.NDArray[np.uint8]


def decode(jpeg: bytes) -> Picture:
    """Of shape (height, width, 3), in RGB."""
    picture: Picture = TurboJPEG().decode(jpeg, pixel_format=TJPF_RGB)
    return picture


def bars_of(picture: Picture) -> npt.NDArray[np.float64]:
    """The mean colour of each bar, of shape (8, 3): of its middle, where no other colour bleeds
    in, and below the middle of the picture, between what vivid writes and what camerad writes.
    """
    height, width, _ = picture.shape
    lower = picture[height // 2 : height * 3 // 4]
    edges = np.linspace(0, width, 8 * 4 + 1).astype(int)
    middles = [lower[:, edges[4 * bar + 1] : edges[4 * bar + 3]] for bar in range(8)]
    return np.array([middle.mean(axis=(0, 1)) for middle in middles])
