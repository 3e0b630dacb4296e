"""The picture that is shown while a camera is away."""

from collections.abc import Sequence

import numpy as np

from camerad.frames.picture import Bytes, Jpeg, Planes, Subsampling
from camerad.imaging import jpeg
from camerad.imaging.glyphs import GLYPH_ADVANCE, GLYPH_HEIGHT, draw_text, text_width
from camerad.imaging.layout import buffer_size, planes_of

_INK = 200
_PAPER = 40
_NEUTRAL = 128
_QUALITY = 85
_LINE_ADVANCE = 2 * GLYPH_HEIGHT - 3
# However short the text, its letters are no higher than a fifteenth of the picture.
_ROWS_PER_DOT = 15 * GLYPH_HEIGHT


def placeholder(width: int, height: int, lines: Sequence[str]) -> Jpeg:
    """Lines of text in the middle of a dark grey picture, as large as fits."""
    buffer = np.full(buffer_size(width, height, Subsampling.YUV420), _NEUTRAL, np.uint8)
    picture = Planes(buffer, width, height, Subsampling.YUV420)
    luma = planes_of(picture)[0]
    luma[...] = _PAPER
    if lines:
        _write(luma, width, height, lines)
    return jpeg.encode(picture, _QUALITY)


def _write(luma: Bytes, width: int, height: int, lines: Sequence[str]) -> None:
    columns = max(map(text_width, lines)) + 2 * GLYPH_ADVANCE
    rows = len(lines) * _LINE_ADVANCE
    scale = max(1, min(width // columns, height // rows, height // _ROWS_PER_DOT))
    top = (height - scale * rows) // 2
    for number, line in enumerate(lines):
        x = (width - scale * text_width(line)) // 2
        y = top + scale * number * _LINE_ADVANCE
        draw_text(luma, line, x, y, scale=scale, ink=_INK, paper=_PAPER)
