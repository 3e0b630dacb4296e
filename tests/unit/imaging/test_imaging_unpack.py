"""Compares the unpacking with a reference that reads V4L2's formats sample by sample."""

import tracemalloc

import numpy as np
import pytest

from camerad.capture.source import CaptureFormat
from camerad.errors import InvalidFormat
from camerad.frames.picture import Jpeg, Packed, Planes, Subsampling
from camerad.imaging import jpeg, pixelformats
from camerad.imaging.layout import planes_of
from camerad.imaging.mjpeg import BrokenPicture
from camerad.imaging.placeholder import placeholder
from camerad.imaging.pool import BufferPool
from camerad.imaging.unpack import unpacker

PACKED = ("YUYV", "UYVY", "YVYU", "VYUY")
YUV = (*PACKED, "NV12", "NV21", "YU12", "YV12", "GREY")
SIZES = [(1, 1), (2, 2), (4, 1), (5, 3), (7, 4), (24, 9)]


def half(length):
    return -(-length // 2)


def capture_format(fourcc, width, height, stride, *, full_range=True):
    return CaptureFormat(fourcc, width, height, stride, 0, 30.0, full_range)


def least_stride(fourcc, width):
    return width * {"RGB3": 3, "BGR3": 3}.get(fourcc, 2 if fourcc in PACKED else 1)


def packed_positions(fourcc, width, height, stride):
    """Byte offsets of Y(x, y), Cb(x, y), Cr(x, y), as the V4L2 documentation draws them."""
    first, second = fourcc.index("Y"), fourcc.index("Y", fourcc.index("Y") + 1)

    def luma(x, y):
        return y * stride + 4 * (x // 2) + (second if x % 2 else first)

    def chroma(letter):
        def position(x, y):
            offset = 4 * x + fourcc.index(letter)
            row_bytes = 4 * half(width) if stride >= 4 * half(width) else 2 * width
            if offset < row_bytes:
                return y * stride + offset
            return y * stride + offset - 4 if x else None

        return position

    size = (height - 1) * stride + (4 * half(width) if stride >= 4 * half(width) else 2 * width)
    return (luma, chroma("U"), chroma("V")), (half(width), height), size


def planar_positions(fourcc, width, height, stride):
    columns, rows = half(width), half(height)
    start = stride * height
    if fourcc == "GREY":
        return (lambda x, y: y * stride + x,), (0, 0), (height - 1) * stride + width
    if fourcc.startswith("NV"):
        pitch = stride + stride % 2
        places = [lambda x, y, at=at: start + y * pitch + 2 * x + at for at in (0, 1)]
        size = start + (rows - 1) * pitch + 2 * columns
    else:
        pitch = half(stride)
        places = [lambda x, y, at=at: start + at * pitch * rows + y * pitch + x for at in (0, 1)]
        size = start + pitch * rows + (rows - 1) * pitch + columns
    if fourcc in {"NV21", "YV12"}:
        places.reverse()
    return (lambda x, y: y * stride + x, *places), (columns, rows), size


def reference(fourcc, width, height, stride):
    """For each plane (visible columns, visible rows, position of a sample), and the size."""
    positions = packed_positions if fourcc in PACKED else planar_positions
    (luma, *chroma), (columns, rows), size = positions(fourcc, width, height, stride)
    return [(width, height, luma), *((columns, rows, place) for place in chroma)], size


def expand(value, number):
    exact = (value - 16) * 255 / 219 if number == 0 else (value - 128) * 255 / 224 + 128
    return min(255, max(0, round(exact)))


def random_bytes(size, seed=1):
    return bytearray(np.random.default_rng(seed).integers(0, 256, size, np.uint8).tobytes())


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("padding", [0, 1, 2, 37])
@pytest.mark.parametrize("fourcc", YUV)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_sample_arrives(fourcc, width, height, padding, full_range):
    stride = least_stride(fourcc, width) + padding
    planes, size = reference(fourcc, width, height, stride)
    data = random_bytes(size)
    fmt = capture_format(fourcc, width, height, stride, full_range=full_range)
    picture = unpacker(fmt, BufferPool().allocate)(memoryview(data))
    assert (picture.width, picture.height) == (width, height)
    for number, (plane, (columns, rows, place)) in enumerate(
        zip(planes_of(picture), planes, strict=True)
    ):
        for y in range(rows):
            for x in range(columns):
                position = place(x, y)
                value = 128 if position is None else data[position]
                if full_range:
                    assert plane[y, x] == value
                else:
                    assert abs(int(plane[y, x]) - expand(value, number)) <= 1


@pytest.mark.parametrize("fourcc", [*YUV, "RGB3"])
def test_one_byte_too_few_is_broken(fourcc):
    stride = least_stride(fourcc, 6) + 3
    size = 4 * stride + 18 if fourcc == "RGB3" else reference(fourcc, 6, 5, stride)[1]
    unpack = unpacker(capture_format(fourcc, 6, 5, stride), BufferPool().allocate)
    unpack(memoryview(bytes(size)))
    with pytest.raises(BrokenPicture, match=f"{size - 1} bytes where a picture takes {size}"):
        unpack(memoryview(bytes(size - 1)))


@pytest.mark.parametrize(
    ("fourcc", "subsampling"),
    [
        *((fourcc, Subsampling.YUV422) for fourcc in PACKED),
        *((fourcc, Subsampling.YUV420) for fourcc in ("NV12", "NV21", "YU12", "YV12")),
        ("GREY", Subsampling.GRAY),
    ],
)
def test_subsampling_is_kept(fourcc, subsampling):
    unpack = unpacker(capture_format(fourcc, 8, 8, 16), BufferPool().allocate)
    assert unpack(memoryview(bytes(1024))).subsampling is subsampling


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("fourcc", YUV)
def test_odd_edges_repeat_the_last_sample(fourcc, full_range):
    stride = 2 * 7 + 6
    data = random_bytes(4 * stride * 5)
    fmt = capture_format(fourcc, 7, 5, stride, full_range=full_range)
    luma = planes_of(unpacker(fmt, BufferPool().allocate)(memoryview(data)))[0]
    assert (luma[:, 7:] == luma[:, 6:7]).all()
    assert (luma[5:] == luma[4]).all()


@pytest.mark.parametrize("fourcc", PACKED)
def test_blocks_of_rows_meet(monkeypatch, fourcc):
    data = memoryview(random_bytes(48 * 31))
    fmt = capture_format(fourcc, 24, 31, 48)
    whole = unpacker(fmt, BufferPool().allocate)(data)
    monkeypatch.setattr(pixelformats, "_BLOCK_BYTES", 48 * 4)
    in_blocks = unpacker(fmt, BufferPool().allocate)(data)
    assert (whole.buffer == in_blocks.buffer).all()


def test_a_stride_of_zero_means_no_padding():
    data = memoryview(random_bytes(2 * 6 * 4))
    unpack = unpacker(capture_format("YUYV", 6, 4, 0), BufferPool().allocate)
    assert planes_of(unpack(data))[0][3, 5] == data[3 * 12 + 10]


@pytest.mark.parametrize("fourcc", ["RGB3", "BGR3"])
@pytest.mark.parametrize("padding", [0, 4, 7])
def test_rgb_stays_packed(fourcc, padding):
    stride = 3 * 5 + padding
    data = random_bytes(2 * stride + 15)
    picture = unpacker(capture_format(fourcc, 5, 3, stride), BufferPool().allocate)(
        memoryview(data)
    )
    assert isinstance(picture, Packed)
    assert picture.order == fourcc[:3]
    rows = [data[y * stride : y * stride + 15] for y in range(3)]
    assert picture.pixels.tobytes() == b"".join(rows)


@pytest.mark.parametrize("fourcc", ["MJPG", "JPEG"])
def test_jpeg_passes_through(fourcc):
    sent = placeholder(32, 24, [])
    unpack = unpacker(capture_format(fourcc, 32, 24, 0), BufferPool().allocate)
    assert unpack(memoryview(sent.data)) == sent


@pytest.mark.parametrize(
    ("size", "accepted"), [((47, 39), True), ((48, 24), False), ((32, 40), False)]
)
def test_a_jpeg_may_be_larger_only_by_a_block(size, accepted):
    unpack = unpacker(capture_format("MJPG", 32, 24, 0), BufferPool().allocate)
    data = memoryview(placeholder(*size, []).data)
    if accepted:
        assert isinstance(unpack(data), Jpeg)
    else:
        with pytest.raises(BrokenPicture, match="where 32x24 was agreed"):
            unpack(data)


@pytest.mark.parametrize("fourcc", ["H264", "", "YUY"])
def test_an_unknown_format_is_refused(fourcc):
    with pytest.raises(InvalidFormat, match="not supported"):
        unpacker(capture_format(fourcc, 8, 8, 16), BufferPool().allocate)


@pytest.mark.parametrize("fourcc", [*YUV, "RGB3"])
def test_pictures_are_shared_so_they_cannot_be_written_to(fourcc):
    unpack = unpacker(capture_format(fourcc, 8, 8, 24), BufferPool().allocate)
    picture = unpack(memoryview(bytes(1024)))
    pixels = picture.buffer if isinstance(picture, Planes) else picture.pixels
    with pytest.raises(ValueError, match="read-only"):
        pixels[0] = 1


@pytest.mark.parametrize("fourcc", [*YUV, "RGB3", "MJPG"])
@pytest.mark.parametrize("size", [4, 4096])
def test_nothing_of_the_buffer_is_held(fourcc, size):
    unpack = unpacker(capture_format(fourcc, 16, 16, 0), BufferPool().allocate)
    frame = placeholder(16, 16, []).data.ljust(4096, b"\0")[:size]
    data = bytearray(frame)
    view = memoryview(data)
    kept = []
    try:
        kept.append(unpack(view))
    except BrokenPicture as broken:
        kept.append(broken)
    view.release()
    data.clear()  # a BufferError if anything still looked at it
    assert kept


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("fourcc", [*YUV, "RGB3"])
def test_a_frame_costs_no_memory_but_the_pools(fourcc, full_range):
    fmt = capture_format(fourcc, 640, 480, 0, full_range=full_range)
    unpack = unpacker(fmt, BufferPool().allocate)
    data = memoryview(bytes(640 * 480 * 3))
    unpack(data)
    tracemalloc.start()
    try:
        for _ in range(3):
            unpack(data)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 64 * 1024


@pytest.mark.parametrize("fourcc", YUV)
@pytest.mark.parametrize(("width", "height"), [(33, 17), (64, 48)])
def test_planes_are_what_the_encoder_takes(fourcc, width, height):
    stride = 2 * width + 2
    data = bytes([90]) * (stride * height * 2)
    picture = unpacker(capture_format(fourcc, width, height, stride), BufferPool().allocate)(
        memoryview(data)
    )
    for plane in planes_of(jpeg.decode(jpeg.encode(picture, 90))):
        assert abs(plane.astype(int) - 90).max() <= 2
