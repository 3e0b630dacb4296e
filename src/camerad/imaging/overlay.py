"""Writes a line of text, such as the time, into a picture."""

from msgspec import Struct

from camerad.frames.picture import Bytes, Packed, Planes
from camerad.imaging.glyphs import GLYPH_ADVANCE, GLYPH_HEIGHT, draw_text, text_width
from camerad.imaging.layout import planes_of

_INK = 235
_PAPER = 24
_NEUTRAL = 128
_MARGIN_DOTS = 2
# A dot is a pixel in a picture of 240 rows: 7 rows of text there, 31 at 1080p.
_ROWS_PER_DOT = 240


class _Box(Struct, frozen=True):
    """The dark box, in pixels of the luma plane."""

    x: int
    y: int
    width: int
    height: int
    scale: int

    def scaled_down(self, across: int, down: int) -> tuple[slice, slice]:
        """The part of a plane with fewer samples that the box touches."""
        return (
            slice(self.y // down, -(-(self.y + self.height) // down)),
            slice(self.x // across, -(-(self.x + self.width) // across)),
        )


def stamp(picture: Planes | Packed, text: str) -> Planes | Packed:
    """A copy with light text in a dark box at the lower left; the picture itself is shared."""
    if isinstance(picture, Packed):
        pixels = picture.pixels.copy()
        box = _place(text, pixels.shape[1], pixels.shape[0])
        for channel in range(3):
            _write(pixels[:, :, channel], text, box)
        return Packed(pixels, picture.order)
    copy = Planes(picture.buffer.copy(), picture.width, picture.height, picture.subsampling)
    box = _place(text, picture.width, picture.height)
    luma, *chroma = planes_of(copy)
    _write(luma, text, box)
    for plane in chroma:
        across, down = luma.shape[1] // plane.shape[1], luma.shape[0] // plane.shape[0]
        plane[box.scaled_down(across, down)] = _NEUTRAL
    return copy


def _place(text: str, width: int, height: int) -> _Box:
    columns = text_width(text) + 2 * _MARGIN_DOTS
    scale = max(1, min(height // _ROWS_PER_DOT, width // (columns + 2 * GLYPH_ADVANCE)))
    box_height = scale * (GLYPH_HEIGHT + 2 * _MARGIN_DOTS)
    gap = scale * _MARGIN_DOTS
    return _Box(gap, max(0, height - gap - box_height), scale * columns, box_height, scale)


def _write(plane: Bytes, text: str, box: _Box) -> None:
    plane[box.scaled_down(1, 1)] = _PAPER
    inset = _MARGIN_DOTS * box.scale
    draw_text(plane, text, box.x + inset, box.y + inset, scale=box.scale, ink=_INK, paper=_PAPER)
