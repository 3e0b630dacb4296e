"""A frame number written into luma, and read back even after JPEG at a low quality.

24 bits of number and 16 of checksum stand as black and white blocks in one or more rows at the
middle height of the picture. Blocks are multiples of 8 luma samples, on JPEG's own grid.
"""

import binascii

import numpy as np
import numpy.typing as npt
from msgspec import Struct

NUMBERS = 1 << 24
"""Numbers are modulo this: six days at 30 frames a second."""

_CHECKSUM_BITS = 16
_BITS = 24 + _CHECKSUM_BITS
_GRID = 8
_UNCLEAR = 48
"""A block's mean luma this close to the middle of the range is neither black nor white."""


class Layout(Struct, frozen=True):
    """Where the blocks stand; they start at the left edge."""

    top: int
    block: int
    columns: int
    rows: int

    @classmethod
    def of(cls, width: int, height: int) -> "Layout":
        block = max(_GRID, min(width // _BITS, height // 8) // _GRID * _GRID)
        columns = min(_BITS, width // block)
        return cls(
            top=height // 2 // _GRID * _GRID,
            block=block,
            columns=columns,
            rows=-(-_BITS // columns),
        )


def blocks(number: int, layout: Layout) -> npt.NDArray[np.bool_]:
    """The blocks of a number, shape (rows, columns), true where white."""
    code = _coded(number % NUMBERS)
    bits = np.zeros(layout.rows * layout.columns, np.bool_)
    bits[:_BITS] = [code >> shift & 1 for shift in reversed(range(_BITS))]
    return bits.reshape(layout.rows, layout.columns)


def read_frame_number(luma: npt.NDArray[np.uint8]) -> int | None:
    """The number in a picture of shape (height, width); ``None`` when it is not readable."""
    height, width = luma.shape
    if width < _GRID:
        return None
    layout = Layout.of(width, height)
    shape = (layout.rows, layout.block, layout.columns, layout.block)
    area = luma[layout.top :, : shape[2] * shape[3]][: shape[0] * shape[1]]
    if area.size != np.prod(shape):
        return None
    inner = slice(layout.block // 4, -(layout.block // 4))
    means = area.reshape(shape)[:, inner, :, inner].mean(axis=(1, 3)).ravel()[:_BITS]
    if np.any(np.abs(means - 127.5) < _UNCLEAR):
        return None
    code = int("".join("1" if mean > 127.5 else "0" for mean in means), 2)
    number = code >> _CHECKSUM_BITS
    return number if code == _coded(number) else None


def _coded(number: int) -> int:
    checksum = binascii.crc_hqx(number.to_bytes(3, "big"), 0xFFFF)
    return number << _CHECKSUM_BITS | checksum
