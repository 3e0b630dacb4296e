import numpy as np
import pytest

from camerad.frames.picture import Packed, Planes, Subsampling
from camerad.imaging.glyphs import draw_text, text_width
from camerad.imaging.layout import buffer_size, planes_of
from camerad.imaging.overlay import stamp

TEXT = "2024-05-01 12:34:56"


def plain(width, height, subsampling, value=90):
    buffer = np.full(buffer_size(width, height, subsampling), value, np.uint8)
    buffer.flags.writeable = False
    return Planes(buffer, width, height, subsampling)


def box_of(plane, background=90):
    rows, columns = np.nonzero(plane != background)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


def stands_in(plane, text, scale):
    """Whether the text stands anywhere in the plane, dot for dot."""
    shape = (7 * scale, text_width(text) * scale)
    wanted = np.zeros(shape, np.uint8)
    draw_text(wanted, text, 0, 0, scale=scale, ink=1, paper=0)
    windows = np.lib.stride_tricks.sliding_window_view((plane > 128).astype(np.uint8), shape)
    return (windows == wanted).all(axis=(2, 3)).any()


@pytest.mark.parametrize("subsampling", Subsampling)
@pytest.mark.parametrize(
    ("width", "height", "scale"), [(160, 120, 1), (321, 241, 1), (641, 481, 2)]
)
def test_the_text_is_in_the_luma(width, height, scale, subsampling):
    stamped = stamp(plain(width, height, subsampling), TEXT)
    luma = planes_of(stamped)[0]
    top, bottom, left, right = box_of(luma)
    assert stands_in(luma[top:bottom, left:right], TEXT, scale)
    assert left < width // 8
    assert height * 3 // 4 < top < bottom < height


@pytest.mark.parametrize(
    "subsampling", [Subsampling.YUV444, Subsampling.YUV422, Subsampling.YUV420]
)
@pytest.mark.parametrize(("width", "height"), [(160, 120), (321, 241), (333, 479)])
def test_chroma_under_the_box_is_neutral_and_elsewhere_as_before(width, height, subsampling):
    luma, *chroma = planes_of(stamp(plain(width, height, subsampling), TEXT))
    top, bottom, left, right = box_of(luma)
    for plane in chroma:
        across, down = luma.shape[1] // plane.shape[1], luma.shape[0] // plane.shape[0]
        neutral = box_of(plane)
        assert neutral == (top // down, -(-bottom // down), left // across, -(-right // across))
        assert (plane[neutral[0] : neutral[1], neutral[2] : neutral[3]] == 128).all()


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_the_text_is_in_every_channel(order):
    pixels = np.full((120, 200, 3), 90, np.uint8)
    stamped = stamp(Packed(pixels, order), TEXT)
    assert stamped.order == order
    for channel in range(3):
        assert stands_in(stamped.pixels[:, :, channel], TEXT, 1)
    assert (pixels == 90).all()


def test_the_picture_itself_stays_as_it_was():
    picture = plain(160, 120, Subsampling.YUV420)
    stamped = stamp(picture, TEXT)
    assert (picture.buffer == 90).all()
    assert not np.shares_memory(stamped.buffer, picture.buffer)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (8, 8), (40, 30), (2, 500), (500, 2)])
@pytest.mark.parametrize("text", ["", TEXT, "W" * 300])
def test_whatever_does_not_fit_is_cut_off(width, height, text):
    stamped = stamp(plain(width, height, Subsampling.YUV420), text)
    assert (stamped.width, stamped.height) == (width, height)


def test_the_text_grows_with_the_picture_but_stays_in_it():
    narrow, wide = (
        box_of(planes_of(stamp(plain(width, 1080, Subsampling.GRAY), TEXT))[0])
        for width in (200, 1920)
    )
    assert narrow[3] < 200
    assert wide[1] - wide[0] > 3 * (narrow[1] - narrow[0])
