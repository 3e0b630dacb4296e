"""A bitmap font of 5x7 dots, for the few words that camerad writes into pictures."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from camerad.frames.picture import Bytes

GLYPH_HEIGHT = 7
GLYPH_ADVANCE = 6
"""Columns from one glyph to the next, of which the last stays empty."""

_GLYPH_WIDTH = 5
_GLYPHS_IN_BAND = 16
_CHARACTERS = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`{|}~"
_BANDS: Final = """\
..... ..#.. .#.#. .#.#. ..#.. ##..# .##.. ..#.. ...#. .#... ..... ..... ..... ..... ..... .....
..... ..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#.. ..... ..... ..... ....#
..... ..#.. .#.#. ##### #.#.. ...#. #.#.. .#... .#... ...#. #.#.# ..#.. ..... ..... ..... ...#.
..... ..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. ##### ..... ##### ..... ..#..
..... ..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#.. .##.. ..... ..... .#...
..... ..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#.. ..#.. ..... .##.. #....
..... ..#.. ..... .#.#. ..#.. #..## .##.# ..... ...#. .#... ..... ..... .#... ..... .##.. .....

.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###. ..... ..... ...#. ..... .#... .###.
#...# .##.. #...# ...#. ..##. #.... .#... ....# #...# #...# .##.. .##.. ..#.. ..... ..#.. #...#
#..## ..#.. ....# ..#.. .#.#. ####. #.... ...#. #...# #...# .##.. .##.. .#... ##### ...#. ....#
#.#.# ..#.. ...#. ...#. #..#. ....# ####. ..#.. .###. .#### ..... ..... #.... ..... ....# ...#.
##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....# .##.. .##.. .#... ##### ...#. ..#..
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#. .##.. ..#.. ..#.. ..... ..#.. .....
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##.. ..... .#... ...#. ..... .#... ..#..

.###. .###. ####. .###. ####. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###.
#...# #...# #...# #...# #...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## #...# #...#
....# #...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...#
.##.# ##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...#
#.#.# #...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...#
#.#.# #...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #...# #...#
.###. #...# ####. .###. ####. ##### #.... .#### #...# .###. .##.. #...# ##### #...# #...# .###.

####. .###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###. ..... .###. ..#.. .....
#...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#... #.... ...#. .#.#. .....
#...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. #...# ...#. .#... .#... ...#. #...# .....
####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. .#.#. ..#.. .#... ..#.. ...#. ..... .....
#.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#... .#... ...#. ...#. ..... .....
#.... #..#. #..#. ....# ..#.. #...# .#.#. ##.## #...# ..#.. #.... .#... ....# ...#. ..... .....
#.... .##.# #...# ####. ..#.. .###. ..#.. #...# #...# ..#.. ##### .###. ..... .###. ..... #####

.#... ...#. ..#.. .#... .....
..#.. ..#.. ..#.. ..#.. .....
...#. ..#.. ..#.. ..#.. .#...
..... .#... ..#.. ...#. #.#.#
..... ..#.. ..#.. ..#.. ...#.
..... ..#.. ..#.. ..#.. .....
..... ...#. ..#.. .#... .....
"""
_ROWS: Final = tuple(row for row in _BANDS.splitlines() if row)
_PLACES: Final[Mapping[str, int]] = {letter: at for at, letter in enumerate(_CHARACTERS)}


def text_width(text: str) -> int:
    """Columns that the dots of one line take."""
    return max(0, GLYPH_ADVANCE * len(text) - 1)


def draw_text(plane: Bytes, text: str, x: int, y: int, *, scale: int, ink: int, paper: int) -> None:
    """Write one line with its top left corner at ``x``, ``y``, each dot ``scale`` pixels wide.

    Small letters are written as capitals, what the font lacks as a question mark. What does not
    fit into the plane is cut off.
    """
    dots = np.where(_dots(text), np.uint8(ink), np.uint8(paper))
    pixels = dots.repeat(scale, axis=0).repeat(scale, axis=1)[max(0, -y) :, max(0, -x) :]
    top, left = max(0, y), max(0, x)
    target = plane[top : top + pixels.shape[0], left : left + pixels.shape[1]]
    target[...] = pixels[: target.shape[0], : target.shape[1]]


def _dots(text: str) -> npt.NDArray[np.bool_]:
    """True where ink is; of shape (GLYPH_HEIGHT, text_width)."""
    glyphs = [_glyph(letter.upper()) for letter in text]
    rows = [".".join(glyph[row] for glyph in glyphs) for row in range(GLYPH_HEIGHT)]
    drawn = np.frombuffer("".join(rows).encode(), np.uint8)
    return np.equal(drawn, ord("#")).reshape(GLYPH_HEIGHT, text_width(text))


def _glyph(letter: str) -> tuple[str, ...]:
    band, place = divmod(_PLACES.get(letter, _PLACES["?"]), _GLYPHS_IN_BAND)
    start = GLYPH_ADVANCE * place
    rows = _ROWS[GLYPH_HEIGHT * band : GLYPH_HEIGHT * (band + 1)]
    return tuple(row[start : start + _GLYPH_WIDTH] for row in rows)
