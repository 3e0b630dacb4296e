"""The geometry of libjpeg-turbo's "unified YUV image buffer" with rows padded to 4 bytes.

The rules are those of tjPlaneWidth, tjPlaneHeight and tjBufSizeYUV2 (turbojpeg.h, 2.1): luma is
rounded up to whole chroma samples, so an odd width or height gives it one column or row more
than the picture has.
"""

from collections.abc import Mapping
from typing import Final

from camerad.frames.picture import Bytes, Planes, Subsampling

PlaneShape = tuple[int, int, int]
"""Rows, columns, and the bytes from one row to the next."""

_ROW_ALIGNMENT = 4

_LUMA_PER_CHROMA: Final[Mapping[Subsampling, tuple[int, int]]] = {
    Subsampling.YUV444: (1, 1),
    Subsampling.YUV422: (2, 1),
    Subsampling.YUV420: (2, 2),
    Subsampling.GRAY: (1, 1),
}
"""Luma samples to a chroma sample, across and down."""


def plane_shapes(width: int, height: int, subsampling: Subsampling) -> tuple[PlaneShape, ...]:
    """The shapes of Y, Cb and Cr; of Y alone for a gray picture."""
    across, down = _LUMA_PER_CHROMA[subsampling]
    chroma = _shape(-(-height // down), -(-width // across))
    luma = _shape(chroma[0] * down, chroma[1] * across)
    return (luma,) if subsampling is Subsampling.GRAY else (luma, chroma, chroma)


def buffer_size(width: int, height: int, subsampling: Subsampling) -> int:
    """The bytes of all planes together."""
    return sum(rows * stride for rows, _, stride in plane_shapes(width, height, subsampling))


def planes_of(planes: Planes) -> tuple[Bytes, ...]:
    """Each plane as a view of shape (rows, columns); writing to it writes to the picture."""
    views = []
    start = 0
    for rows, columns, stride in plane_shapes(planes.width, planes.height, planes.subsampling):
        end = start + rows * stride
        views.append(planes.buffer[start:end].reshape(rows, stride)[:, :columns])
        start = end
    return tuple(views)


def _shape(rows: int, columns: int) -> PlaneShape:
    return rows, columns, -(-columns // _ROW_ALIGNMENT) * _ROW_ALIGNMENT
