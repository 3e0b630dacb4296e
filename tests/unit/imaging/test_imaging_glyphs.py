import numpy as np
import pytest

from camerad.imaging.glyphs import GLYPH_ADVANCE, GLYPH_HEIGHT, draw_text, text_width

CAPITALS = [chr(code) for code in range(0x20, 0x7F) if not chr(code).islower()]


def drawn(text, x=0, y=0, shape=(9, 30), scale=1):
    plane = np.full(shape, 100, np.uint8)
    draw_text(plane, text, x, y, scale=scale, ink=235, paper=16)
    return plane


def as_art(plane):
    return ["".join({235: "#", 16: ".", 100: " "}[value] for value in row) for row in plane]


def test_letters_look_as_drawn():
    assert as_art(drawn("E1", shape=(7, 12))) == [
        "#####...#.. ",
        "#......##.. ",
        "#.......#.. ",
        "####....#.. ",
        "#.......#.. ",
        "#.......#.. ",
        "#####..###. ",
    ]


def test_every_printable_character_has_a_glyph_of_its_own():
    shapes = {drawn(letter, shape=(7, 5)).tobytes() for letter in CAPITALS}
    assert len(shapes) == len(CAPITALS)


def test_ink_is_in_every_glyph_but_the_space():
    for letter in CAPITALS:
        assert (drawn(letter) == 235).any() == (letter != " ")


@pytest.mark.parametrize(
    ("text", "same"), [("camera", "CAMERA"), ("\u00e9\u00df\n", "???"), ("\ufb05", "?")]
)
def test_what_the_font_lacks_is_replaced(text, same):
    assert (drawn(text, shape=(7, 40)) == drawn(same, shape=(7, 40))).all()


def test_scale_makes_dots_of_more_pixels():
    once, thrice = drawn("A7", shape=(7, 11)), drawn("A7", shape=(21, 33), scale=3)
    assert (thrice == once.repeat(3, axis=0).repeat(3, axis=1)).all()


@pytest.mark.parametrize(("x", "y"), [(-3, 0), (0, -2), (-40, -40), (26, 5), (30, 9), (99, 99)])
def test_what_does_not_fit_is_cut_off(x, y):
    full = np.full((100, 200), 100, np.uint8)
    draw_text(full, "TEXT", x + 50, y + 50, scale=1, ink=235, paper=16)
    assert (drawn("TEXT", x, y) == full[50:59, 50:80]).all()


def test_an_empty_text_draws_nothing():
    assert (drawn("") == 100).all()
    assert text_width("") == 0


def test_text_width_is_what_is_drawn():
    plane = drawn("ABC", shape=(10, 40))
    rows, columns = np.nonzero(plane != 100)
    assert columns.max() + 1 == text_width("ABC") == 3 * GLYPH_ADVANCE - 1
    assert rows.max() + 1 == GLYPH_HEIGHT
