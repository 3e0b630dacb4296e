"""What a frame shows, in the three forms in which a picture travels through camerad."""

import enum

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Bytes = npt.NDArray[np.uint8]


class Subsampling(enum.Enum):
    """Chroma subsampling, by JPEG's names: how many luma samples share one chroma sample."""

    YUV444 = "4:4:4"
    YUV422 = "4:2:2"
    YUV420 = "4:2:0"
    GRAY = "gray"


class Planes(Struct, frozen=True, weakref=True, eq=False):
    """A planar YCbCr picture in full range (0..255, as JFIF wants it).

    ``buffer`` holds Y, then Cb, then Cr, each row padded to 4 bytes: the layout that
    libjpeg-turbo calls a "unified YUV image buffer" and compresses without a copy.
    """

    buffer: Bytes
    width: int
    height: int
    subsampling: Subsampling


class Packed(Struct, frozen=True, weakref=True, eq=False):
    """An RGB picture of shape (height, width, 3): only from cameras that have nothing better."""

    pixels: Bytes
    order: str
    """``"RGB"`` or ``"BGR"``."""


class Jpeg(Struct, frozen=True, weakref=True):
    """A complete JFIF file, decodable by itself (SOI to EOI, Huffman tables included)."""

    data: bytes
    width: int
    height: int


Picture = Planes | Packed | Jpeg
