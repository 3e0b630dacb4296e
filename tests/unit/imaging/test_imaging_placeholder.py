import numpy as np
import pytest

from camerad.frames.picture import Subsampling
from camerad.imaging import jpeg
from camerad.imaging.layout import planes_of
from camerad.imaging.placeholder import placeholder

LINES = ["Camera not connected", "/dev/video0"]


def luma_of(width, height, lines):
    picture = placeholder(width, height, lines)
    assert (picture.width, picture.height) == (width, height)
    decoded = jpeg.decode(picture)
    assert (decoded.width, decoded.height) == (width, height)
    return planes_of(decoded)[0][:height, :width].astype(int)


@pytest.mark.parametrize(("width", "height"), [(160, 120), (641, 481), (1280, 720), (480, 640)])
def test_the_lines_stand_in_the_middle(width, height):
    rows, columns = np.nonzero(luma_of(width, height, LINES) > 128)
    assert rows.size
    assert abs(rows.min() + rows.max() - height) < height / 15
    assert abs(columns.min() + columns.max() - width) < width / 15
    assert columns.min() > 0
    assert columns.max() < width - 1


def test_the_longest_line_is_as_wide_as_fits():
    columns = np.nonzero(luma_of(1280, 720, ["x" * 40]) > 128)[1]
    assert np.ptp(columns) > 1280 * 3 // 4


def test_without_lines_it_is_dark_grey():
    assert np.abs(luma_of(64, 48, []) - 40).max() <= 2


def test_it_has_no_colour():
    decoded = jpeg.decode(placeholder(320, 240, LINES))
    assert decoded.subsampling is Subsampling.YUV420
    assert all((plane == 128).all() for plane in planes_of(decoded)[1:])


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 2), (16, 16), (2000, 3), (3, 2000)])
@pytest.mark.parametrize("lines", [[""], LINES, ["line"] * 100])
def test_any_size_takes_any_text(width, height, lines):
    luma_of(width, height, lines)
