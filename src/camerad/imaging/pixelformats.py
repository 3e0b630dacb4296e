"""Where V4L2's raw YUV formats keep their samples, and how these get into planes.

One pass from the driver's buffer into the planes. Interleaved samples are read as 16-bit
little-endian words and narrowed to the byte that is wanted, which numpy does with SIMD, in a
fraction of the time of slicing every second or fourth byte.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from camerad.capture.source import CaptureFormat
from camerad.frames.picture import Bytes, Subsampling

_NEUTRAL = 128
# Rows are taken in blocks that stay in the second-level cache, since each is read twice.
_BLOCK_BYTES = 512 * 1024


class RawLayout(Protocol):
    """What a driver's buffer of one format holds. May own scratch memory: one for each thread."""

    subsampling: Subsampling
    size_bytes: int
    """The least that a whole picture takes: the last row may lack the stride's tail."""

    def fill(self, data: memoryview, planes: tuple[Bytes, ...]) -> None:
        """Copy a buffer of at least ``size_bytes`` into planes shaped as ``plane_shapes`` says."""


class Packed422:
    """Two pixels in four bytes; the fourcc spells their order.

    A row of odd width may end after half of such a macropixel. The chroma sample that is then
    missing is taken from its left neighbour.
    """

    subsampling = Subsampling.YUV422

    def __init__(self, fmt: CaptureFormat) -> None:
        self._width, self._height = fmt.width, fmt.height
        self._stride = max(fmt.stride, 2 * fmt.width)
        paired = 2 * _half(fmt.width)
        self._sampled = paired if 2 * paired <= self._stride else fmt.width
        self._luma_at = fmt.fourcc.index("Y")
        cb_first = fmt.fourcc.index("U") < fmt.fourcc.index("V")
        self._cb_at, self._cr_at = (0, 1) if cb_first else (1, 0)
        self._block_rows = max(1, _BLOCK_BYTES // self._stride)
        self._chroma = np.full((min(self._block_rows, fmt.height), paired), _NEUTRAL, np.uint8)
        self.size_bytes = (fmt.height - 1) * self._stride + 2 * self._sampled

    def fill(self, data: memoryview, planes: tuple[Bytes, ...]) -> None:
        luma, cb, cr = planes
        samples = _view(data, "<u2", (self._height, self._sampled), self._stride)
        for start in range(0, self._height, self._block_rows):
            rows = slice(start, start + self._block_rows)
            block = samples[rows]
            _narrow(block[:, : self._width], self._luma_at, luma[rows, : self._width])
            pairs = self._chroma_pairs(block)
            _narrow(pairs, self._cb_at, cb[rows])
            _narrow(pairs, self._cr_at, cr[rows])
        _repeat_edges(luma, self._width, self._height)

    def _chroma_pairs(self, block: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Cb and Cr of each macropixel as one word."""
        chroma = self._chroma[: len(block)]
        _narrow(block, 1 - self._luma_at, chroma[:, : self._sampled])
        if self._sampled < chroma.shape[1] and self._width > 1:
            chroma[:, -1] = chroma[:, -3]
        return chroma.view("<u2")


class SemiPlanar420:
    """NV12: a luma plane, then rows of Cb and Cr by turns; NV21 has Cr first."""

    subsampling = Subsampling.YUV420

    def __init__(self, fmt: CaptureFormat) -> None:
        self._luma = Grey(fmt)
        self._chroma_start = self._luma.stride * fmt.height
        self._chroma_stride = 2 * _half(self._luma.stride)
        rows, columns = _half(fmt.height), _half(fmt.width)
        self._cb_at, self._cr_at = (0, 1) if fmt.fourcc == "NV12" else (1, 0)
        self.size_bytes = self._chroma_start + (rows - 1) * self._chroma_stride + 2 * columns

    def fill(self, data: memoryview, planes: tuple[Bytes, ...]) -> None:
        luma, cb, cr = planes
        self._luma.fill(data, (luma,))
        pairs = _view(data, "<u2", cb.shape, self._chroma_stride, self._chroma_start)
        _narrow(pairs, self._cb_at, cb)
        _narrow(pairs, self._cr_at, cr)


class Planar420:
    """YU12: three planes, the chroma rows half as long as those of luma; YV12 has Cr first."""

    subsampling = Subsampling.YUV420

    def __init__(self, fmt: CaptureFormat) -> None:
        self._luma = Grey(fmt)
        self._chroma_stride = _half(self._luma.stride)
        rows = _half(fmt.height)
        first = self._luma.stride * fmt.height
        second = first + self._chroma_stride * rows
        self._starts = (first, second) if fmt.fourcc == "YU12" else (second, first)
        self.size_bytes = second + (rows - 1) * self._chroma_stride + _half(fmt.width)

    def fill(self, data: memoryview, planes: tuple[Bytes, ...]) -> None:
        luma, *chroma = planes
        self._luma.fill(data, (luma,))
        for plane, start in zip(chroma, self._starts, strict=True):
            plane[...] = _view(data, "u1", plane.shape, self._chroma_stride, start)


class Grey:
    """GREY: luma alone; also the first plane of the planar formats."""

    subsampling = Subsampling.GRAY

    def __init__(self, fmt: CaptureFormat) -> None:
        self._width, self._height = fmt.width, fmt.height
        self.stride = max(fmt.stride, fmt.width)
        self.size_bytes = (fmt.height - 1) * self.stride + fmt.width

    def fill(self, data: memoryview, planes: tuple[Bytes, ...]) -> None:
        (luma,) = planes
        visible = luma[: self._height, : self._width]
        visible[...] = _view(data, "u1", (self._height, self._width), self.stride)
        _repeat_edges(luma, self._width, self._height)


RAW_LAYOUTS: Final[Mapping[str, Callable[[CaptureFormat], RawLayout]]] = {
    "YUYV": Packed422,
    "UYVY": Packed422,
    "YVYU": Packed422,
    "VYUY": Packed422,
    "NV12": SemiPlanar420,
    "NV21": SemiPlanar420,
    "YU12": Planar420,
    "YV12": Planar420,
    "GREY": Grey,
}
"""By fourcc."""


def _view(
    data: memoryview, dtype: str, shape: tuple[int, ...], stride: int, start: int = 0
) -> npt.NDArray[Any]:
    words = np.dtype(dtype)
    return np.ndarray(shape, words, buffer=data, offset=start, strides=(stride, words.itemsize))


def _narrow(words: npt.NDArray[Any], at: int, out: Bytes) -> None:
    """Write the low byte (0) or the high byte (1) of each word to ``out``.

    A high byte is the low byte of the word that begins one byte later. Reading that one, though
    it is not aligned, takes half the time of a shift.
    """
    if at == 0:
        np.copyto(out, words, casting="unsafe")
    else:
        octets = words.view(np.uint8)
        np.copyto(out[:, :-1], octets[:, 1:-1].view("<u2"), casting="unsafe")
        out[:, -1] = octets[:, -1]


def _repeat_edges(luma: Bytes, width: int, height: int) -> None:
    """Fill the column and row that an odd size has more than the picture.

    The encoder reads them; arbitrary values would show in the last visible ones.
    """
    luma[:height, width:] = luma[:height, width - 1 : width]
    luma[height:] = luma[height - 1]


def _half(length: int) -> int:
    return (length + 1) // 2
