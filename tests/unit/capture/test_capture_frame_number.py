"""The number in the picture of the pattern, before and after JPEG."""

import numpy as np
import pytest
from turbojpeg import TJPF_GRAY, TJSAMP_420, TurboJPEG

from camerad.capture.frame_number import NUMBERS, Layout, read_frame_number
from camerad.capture.pattern_picture import PatternPicture

SIZES = [(160, 120), (162, 122), (320, 240), (640, 360), (1002, 502), (1280, 720), (1920, 1080)]
NUMBERS_TO_TRY = [0, 1, 2, 99, 0x5A5A5A, NUMBERS - 1]


def drawn(width, height, number):
    picture = PatternPicture(width, height)
    picture.draw(number)
    return np.frombuffer(picture.data, np.uint8).reshape(height, width, 2)


def through_jpeg(pixels, quality):
    """4:2:0, through packed RGB as an outside program would do it, and back to luma."""
    luma = pixels[..., :1].repeat(3, 2)
    jpeg = TurboJPEG().encode(luma, quality=quality, jpeg_subsample=TJSAMP_420)
    return TurboJPEG().decode(jpeg, pixel_format=TJPF_GRAY)[..., 0]


@pytest.mark.parametrize(
    ("size", "layout"),
    [
        ((160, 120), Layout(top=56, block=8, columns=20, rows=2)),
        ((640, 360), Layout(top=176, block=16, columns=40, rows=1)),
        ((1280, 720), Layout(top=360, block=32, columns=40, rows=1)),
        ((1920, 120), Layout(top=56, block=8, columns=40, rows=1)),
        ((1918, 1078), Layout(top=536, block=40, columns=40, rows=1)),
    ],
)
def test_blocks_are_as_large_as_there_is_room(size, layout):
    assert Layout.of(*size) == layout


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("number", NUMBERS_TO_TRY)
def test_reads_what_was_drawn(width, height, number):
    assert read_frame_number(drawn(width, height, number)[..., 0]) == number


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("quality", [10, 50, 95])
def test_survives_jpeg(width, height, quality):
    assert read_frame_number(through_jpeg(drawn(width, height, 123456), quality)) == 123456


@pytest.mark.parametrize("low", [0, 16])
def test_survives_a_change_of_range_and_noise(low):
    luma = drawn(640, 360, 4711)[..., 0].astype(np.int32) * (235 - 2 * low) // 255 + low
    noise = np.random.default_rng(1).integers(-30, 30, luma.shape)
    assert read_frame_number(np.clip(luma + noise, 0, 255).astype(np.uint8)) == 4711


def test_numbers_begin_again():
    assert read_frame_number(drawn(320, 240, NUMBERS + 5)[..., 0]) == 5


@pytest.mark.parametrize("level", [0, 100, 128, 255])
def test_a_plain_picture_has_no_number(level):
    assert read_frame_number(np.full((240, 320), level, np.uint8)) is None


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (7, 640), (120, 8), (16, 160)])
def test_a_picture_without_room_has_no_number(shape):
    assert read_frame_number(np.zeros(shape, np.uint8)) is None


def test_every_changed_block_is_noticed():
    luma = drawn(640, 360, 1234)[..., 0].copy()
    layout = Layout.of(640, 360)
    for column in range(layout.columns):
        block = luma[layout.top :, column * layout.block :][: layout.block, : layout.block]
        block ^= 0xFF
        assert read_frame_number(luma) is None
        block[:] = 128
        assert read_frame_number(luma) is None
        block[:] = drawn(640, 360, 1234)[layout.top, column * layout.block, 0]
    assert read_frame_number(luma) == 1234
