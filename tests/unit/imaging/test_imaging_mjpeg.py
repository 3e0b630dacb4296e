import struct
import tracemalloc

import numpy as np
import pytest
import turbojpeg
from hypothesis import given, settings
from hypothesis import strategies as st

from camerad.frames.picture import Jpeg
from camerad.imaging import jpeg
from camerad.imaging.huffman import STANDARD_TABLES
from camerad.imaging.mjpeg import BrokenPicture, Extractor


def extract(data):
    return Extractor().extract(data)


def encoded(width=40, height=24, flags=0):
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
    return jpeg.shared_library().encode(pixels, quality=80, flags=flags)


def segments(data):
    """Marker, start and end of all segments up to SOS."""
    position, found = 2, []
    while not found or found[-1][0] != 0xDA:
        marker, length = struct.unpack_from(">xBH", data, position)
        found.append((marker, position, position + 2 + length))
        position += 2 + length
    return found


def without(data, marker):
    kept = [data[start:end] for found, start, end in segments(data) if found != marker]
    return data[:2] + b"".join(kept) + data[segments(data)[-1][2] :]


def patched(data, marker, offset, new):
    start = next(start for found, start, _ in segments(data) if found == marker)
    return data[: start + offset] + new + data[start + offset + len(new) :]


PICTURE = encoded()
PROGRESSIVE = encoded(flags=turbojpeg.TJFLAG_PROGRESSIVE)
EOI_IN_A_COMMENT = PICTURE[:-2] + b"\xff\xfe\0\4\xff\xd9" + PICTURE[-2:]
SCAN_START = segments(PICTURE)[-1][1]


@pytest.mark.parametrize(
    "data", [PICTURE, PROGRESSIVE, EOI_IN_A_COMMENT, encoded(1, 1), encoded(321, 241)]
)
def test_a_whole_picture_passes_untouched(data):
    picture = extract(memoryview(data))
    assert picture.data == data
    assert (picture.width, picture.height) == jpeg.shared_library().decode_header(data)[:2]


@pytest.mark.parametrize(
    "padding",
    [
        b"\0",
        b"\0" * 4094,
        b"\0" * 4095,
        b"\0" * 4096,
        b"\0" * 4097,
        b"\0" * 100_000,
        b"\xff" * 64,
        b"\xd9\0",
        b"stale" * 100 + b"\0" * 5000,
    ],
    ids=lambda padding: f"{padding[:2].hex()}x{len(padding)}",
)
def test_padding_after_eoi_is_trimmed(padding):
    assert extract(memoryview(PICTURE + padding)).data == PICTURE


def test_missing_huffman_tables_are_inserted():
    bare = without(PICTURE, 0xC4)
    completed = extract(memoryview(bare)).data
    assert bare != PICTURE
    assert completed == bare[: segments(bare)[-1][1]] + STANDARD_TABLES + PICTURE[SCAN_START:]
    decode = jpeg.shared_library().decode
    assert (decode(completed) == decode(PICTURE)).all()


def test_tables_are_those_that_libjpeg_turbo_writes():
    written = b"".join(
        PICTURE[start + 4 : end] for marker, start, end in segments(PICTURE) if marker == 0xC4
    )
    assert struct.pack(">HH", 0xFFC4, 2 + len(written)) + written == STANDARD_TABLES


def test_fill_bytes_before_a_marker_are_allowed():
    filled = PICTURE[:SCAN_START] + b"\xff\xff" + PICTURE[SCAN_START:]
    assert extract(memoryview(filled)) == Jpeg(filled, 40, 24)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "SOI"),
        (b"\xff", "SOI"),
        (b"\0" * 1000, "SOI"),
        (PICTURE[1:], "SOI"),
        (PICTURE[:2], "within its header"),
        (PICTURE[:3], "within its header"),
        (PICTURE[: SCAN_START + 4], "wrong length"),
        (PICTURE[:2] * 2 + PICTURE[2:], "no segment at byte 2"),
        (PICTURE[:2] + b"\0" + PICTURE[2:], "no segment at byte 2"),
        (PICTURE[:2] + b"\xff\xe0\0\1" + PICTURE[2:], "wrong length"),
        (PICTURE[:2] + b"\xff\xe1\xff\xff" + PICTURE[2:], "wrong length"),
        (PICTURE[:2] + b"\xff\xd9", "within its header"),
        (PICTURE[:2] + b"\xff\xd9" + PICTURE[2:], "no segment at byte 2"),
        (PICTURE[:2] + b"\xff\xfe\0\2" * 300 + PICTURE[2:], "first 256 markers"),
        (PICTURE[:2] + b"\xff" * 300 + PICTURE[2:], "first 256 markers"),
        (without(PICTURE, 0xC0), "no frame header"),
        (patched(PICTURE, 0xC0, 1, b"\xc9"), "FFC9"),
        (patched(PICTURE, 0xC0, 1, b"\xc3"), "FFC3"),
        (patched(PICTURE, 0xC0, 4, b"\x0c"), "8 bits"),
        (patched(PICTURE, 0xC0, 5, b"\0\0"), "40x0"),
        (patched(PICTURE, 0xC0, 7, b"\0\0"), "0x24"),
        (patched(PICTURE, 0xC0, 9, b"\4"), "components"),
        (patched(PICTURE, 0xC0, 9, b"\1"), "components"),
        (PICTURE[:2] + b"\xff\xc0\0\4\0\0" + PICTURE[2:], "too short"),
        (without(PROGRESSIVE, 0xC4), "progressive"),
        (PICTURE[:-2], "no EOI"),
        (PICTURE[:-1], "no EOI"),
        (PICTURE[:-2] + b"\0" * 10_000, "no EOI"),
        (PICTURE[: SCAN_START + 40], "no EOI"),
        (PICTURE + b"stale" * 1000, "no EOI"),
    ],
)
def test_broken_pictures_say_what_is_wrong(data, complaint):
    with pytest.raises(BrokenPicture, match=complaint):
        extract(memoryview(data))


def test_a_header_that_comes_again_is_read_as_the_first_time():
    extractor = Extractor()
    bare = without(PICTURE, 0xC4)
    larger, longer = encoded(64, 48), PICTURE[:-2] + b"\0\1\2\xff\xd9\0\0"
    for data in (PICTURE, longer, PICTURE, bare, bare, larger, PICTURE):
        assert extractor.extract(memoryview(data)) == extract(memoryview(data))
    for broken in (PICTURE[:-2], PICTURE[: SCAN_START + 6], b"", PICTURE[:SCAN_START]):
        with pytest.raises(BrokenPicture):
            extractor.extract(memoryview(broken))
    assert extractor.extract(memoryview(PICTURE)).data == PICTURE


@pytest.mark.parametrize("tables", [True, False])
def test_the_bytes_are_copied_once(tables):
    coded = b"\x55" * 4_000_000
    whole = PICTURE[:-2] + coded + PICTURE[-2:]
    data = memoryview(whole if tables else without(whole, 0xC4))
    tracemalloc.start()
    try:
        picture = extract(data)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert picture.data == whole or not tables
    assert peak_bytes < len(picture.data) + 100_000


def assert_jpeg_or_broken(data):
    try:
        picture = extract(memoryview(data))
    except BrokenPicture:
        return
    assert picture.data.startswith(b"\xff\xd8")
    assert picture.data.endswith(b"\xff\xd9")
    assert 1 <= picture.width <= 65535
    assert 1 <= picture.height <= 65535


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=300), st.booleans())
def test_arbitrary_bytes(data, begins_well):
    assert_jpeg_or_broken(b"\xff\xd8" + data if begins_well else data)


@settings(deadline=None)  # the machine may be busy
@given(
    st.sampled_from([PICTURE, PROGRESSIVE, without(PICTURE, 0xC4)]),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 3), st.binary(max_size=4))),
    st.integers(0, 3000),
)
def test_mutated_pictures(data, edits, length):
    for at, removed, inserted in edits:
        data = data[:at] + inserted + data[at + removed :]
    assert_jpeg_or_broken(data[:length] if length < len(data) else data)
