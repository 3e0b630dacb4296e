"""The pixel formats that camerad can turn into JPEG, in the order in which it prefers them."""

import enum
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct


class Kind(enum.Enum):
    COMPRESSED = "compressed"
    YUV = "yuv"
    RGB = "rgb"


class PixelFormat(Struct, frozen=True):
    """How a picture lies in a buffer."""

    kind: Kind
    pixel_bytes: int = 0
    """Bytes of a pixel in the first plane; 0 for compressed formats."""
    pixels_per_group: int = 1
    """Pixels that share their chroma in a row: a row of an odd width is padded to whole groups."""
    chroma_420: bool = False
    """Chroma planes of half the height follow the first plane, together half its size."""

    def row_bytes(self, width: int) -> int:
        """Bytes of one row of the first plane without padding."""
        groups = -(-width // self.pixels_per_group)
        return groups * self.pixels_per_group * self.pixel_bytes

    def picture_bytes(self, width: int, height: int, stride: int) -> int:
        """The least bytes of a whole picture: the last row may lack what pads it to ``stride``."""
        rows = height + (height + 1) // 2 if self.chroma_420 else height
        return rows * stride - (stride - self.row_bytes(width))


_COMPRESSED = PixelFormat(Kind.COMPRESSED)
_PACKED_422 = PixelFormat(Kind.YUV, pixel_bytes=2, pixels_per_group=2)
_PLANAR_420 = PixelFormat(Kind.YUV, pixel_bytes=1, pixels_per_group=2, chroma_420=True)
_RGB24 = PixelFormat(Kind.RGB, pixel_bytes=3)

USABLE: Mapping[str, PixelFormat] = MappingProxyType(
    {
        "MJPG": _COMPRESSED,
        "YUYV": _PACKED_422,
        "UYVY": _PACKED_422,
        "NV12": _PLANAR_420,
        "YU12": _PLANAR_420,
        "GREY": PixelFormat(Kind.YUV, pixel_bytes=1),
        "RGB3": _RGB24,
        "BGR3": _RGB24,
        "YVYU": _PACKED_422,
        "VYUY": _PACKED_422,
        "NV21": _PLANAR_420,
        "YV12": _PLANAR_420,
        "JPEG": _COMPRESSED,
    }
)
"""By fourcc, the preferred ones first."""
