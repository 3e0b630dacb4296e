"""The picture that the pattern source shows: colour bars, a number, a square that moves."""

import numpy as np
import numpy.typing as npt

from camerad.capture import frame_number

Pixels = npt.NDArray[np.uint16]

_BARS_RGB = (
    (255, 255, 255),
    (255, 255, 0),
    (0, 255, 255),
    (0, 255, 0),
    (255, 0, 255),
    (255, 0, 0),
    (0, 0, 255),
    (0, 0, 0),
)

# Three columns by five rows, row by row from the top, the leftmost column in the highest bit.
_DIGITS = (
    (0b111, 0b101, 0b101, 0b101, 0b111),
    (0b010, 0b110, 0b010, 0b010, 0b111),
    (0b111, 0b001, 0b111, 0b100, 0b111),
    (0b111, 0b001, 0b111, 0b001, 0b111),
    (0b101, 0b101, 0b111, 0b001, 0b001),
    (0b111, 0b100, 0b111, 0b001, 0b111),
    (0b111, 0b100, 0b111, 0b101, 0b111),
    (0b111, 0b001, 0b010, 0b010, 0b010),
    (0b111, 0b101, 0b111, 0b101, 0b111),
    (0b111, 0b101, 0b111, 0b001, 0b111),
)
_DIGIT_COUNT = 8
_DIGIT_PITCH = 4
"""Cells from one digit to the next: three and a gap; the same gap surrounds them all."""

# A pixel is one little-endian word: luma, then the pair's Cb or Cr, which is 128 for grey.
_BLACK = 0x8000
_WHITE = 0x80FF


class PatternPicture:
    """A YUYV picture in full range; ``draw`` rewrites only what differs from frame to frame."""

    def __init__(self, width: int, height: int) -> None:
        bars = _bars(width)
        self._pixels: Pixels = np.empty((height, width), "<u2")
        self._pixels[:] = bars
        self._parts = (_Square(self._pixels, bars), _Digits(self._pixels), _Blocks(self._pixels))

    @property
    def data(self) -> memoryview:
        return self._pixels.data.cast("B").toreadonly()

    def draw(self, number: int) -> None:
        for part in self._parts:
            part.draw(number)


class _Square:
    """Moves from edge to edge and back; its border shows it in front of a white bar too."""

    def __init__(self, pixels: Pixels, bars: Pixels) -> None:
        height, width = pixels.shape
        side = height // 8 // 2 * 2
        self._rows = pixels[height * 3 // 4 :][:side]
        self._bars = bars
        self._left = 0
        self._way = width - side
        self._step = max(2, width // 160 // 2 * 2)
        self._square = np.full((side, side), _WHITE, "<u2")
        self._square[:2] = self._square[-2:] = _BLACK
        self._square[:, :2] = self._square[:, -2:] = _BLACK

    def draw(self, number: int) -> None:
        side = len(self._square)
        self._rows[:, self._left : self._left + side] = self._bars[self._left : self._left + side]
        along = number * self._step % (2 * self._way)
        self._left = min(along, 2 * self._way - along)
        self._rows[:, self._left : self._left + side] = self._square


class _Digits:
    def __init__(self, pixels: Pixels) -> None:
        height, width = pixels.shape
        columns = _DIGIT_PITCH * _DIGIT_COUNT + 1
        cell = max(1, min(width // columns, height // 4 // 7))
        left = (width - columns * cell) // 4 * 2
        box_width = -(-columns * cell // 2) * 2
        box = pixels[height // 8 :, left:][: 7 * cell, :box_width]
        box[:] = _BLACK
        self._places = [
            box[cell:-cell, (place * _DIGIT_PITCH + 1) * cell :][:, : 3 * cell]
            for place in range(_DIGIT_COUNT)
        ]
        self._glyphs = {str(digit): _glyph(rows, cell) for digit, rows in enumerate(_DIGITS)}
        self._shown = " " * _DIGIT_COUNT

    def draw(self, number: int) -> None:
        text = f"{number % 10**_DIGIT_COUNT:0{_DIGIT_COUNT}}"
        for place, digit, shown in zip(self._places, text, self._shown, strict=True):
            if digit != shown:
                place[:] = self._glyphs[digit]
        self._shown = text


class _Blocks:
    def __init__(self, pixels: Pixels) -> None:
        height, width = pixels.shape
        self._layout = layout = frame_number.Layout.of(width, height)
        area = pixels[layout.top :, : layout.columns * layout.block]
        self._rows = [area[row * layout.block :][: layout.block] for row in range(layout.rows)]

    def draw(self, number: int) -> None:
        for row, white in zip(self._rows, frame_number.blocks(number, self._layout), strict=True):
            row[:] = np.where(white, _WHITE, _BLACK).repeat(self._layout.block)


def _bars(width: int) -> Pixels:
    """One row of the colour bars."""
    bar_of_pair = np.arange(width // 2) * len(_BARS_RGB) // (width // 2)
    words = [_yuyv(*rgb) for rgb in _BARS_RGB]
    return np.array(words, "<u2")[bar_of_pair].ravel()


def _yuyv(red: int, green: int, blue: int) -> tuple[int, int]:
    """A pair of equal pixels, by the matrix of JFIF (BT.601, full range)."""
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    cb = 128 + 0.564 * (blue - luma)
    cr = 128 + 0.713 * (red - luma)
    return round(luma) | min(255, round(cb)) << 8, round(luma) | min(255, round(cr)) << 8


def _glyph(rows: tuple[int, ...], cell: int) -> Pixels:
    bits = np.array([[row >> 2 & 1, row >> 1 & 1, row & 1] for row in rows], np.bool_)
    return np.where(bits, _WHITE, _BLACK).astype("<u2").repeat(cell, 0).repeat(cell, 1)
