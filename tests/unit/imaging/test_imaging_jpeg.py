import threading

import numpy as np
import pytest
import turbojpeg

from camerad.errors import InvalidFormat, StartupError
from camerad.frames.picture import Jpeg, Packed, Planes, Subsampling
from camerad.imaging import jpeg
from camerad.imaging.layout import buffer_size, planes_of
from camerad.imaging.mjpeg import BrokenPicture

SIZES = [(1, 1), (7, 5), (33, 17), (64, 48), (321, 241)]


def gradient(width, height, subsampling):
    """Smooth planes, each different, that survive compression at a high quality."""
    buffer = np.full(buffer_size(width, height, subsampling), 255, np.uint8)
    picture = Planes(buffer, width, height, subsampling)
    for number, plane in enumerate(planes_of(picture)):
        rows, columns = np.indices(plane.shape)
        plane[...] = 60 + 40 * number + 50 * columns // plane.shape[1] + 20 * rows // len(plane)
    return picture


def rgb_gradient(width, height):
    rows, columns = np.indices((height, width))
    channels = (60 * columns // width, 60 * rows // height, np.full((height, width), 90))
    return np.stack(channels, axis=2).astype(np.uint8)


def difference(left, right):
    return np.abs(left.astype(int) - right).max()


@pytest.mark.parametrize("subsampling", Subsampling)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_planes_come_back(width, height, subsampling):
    picture = gradient(width, height, subsampling)
    coded = jpeg.encode(picture, 97)
    assert (coded.width, coded.height) == (width, height)
    decoded = jpeg.decode(coded)
    assert (decoded.width, decoded.height) == (width, height)
    assert decoded.subsampling is subsampling
    for before, after in zip(planes_of(picture), planes_of(decoded), strict=True):
        assert difference(before, after) <= 4


@pytest.mark.parametrize("order", ["RGB", "BGR"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_rgb_comes_back(order, width, height):
    pixels = rgb_gradient(width, height)
    coded = jpeg.encode(Packed(pixels, order), 97)
    assert (coded.width, coded.height) == (width, height)
    pixel_format = {"RGB": turbojpeg.TJPF_RGB, "BGR": turbojpeg.TJPF_BGR}[order]
    assert difference(jpeg.shared_library().decode(coded.data, pixel_format), pixels) <= 8


def test_read_only_planes_are_encoded():
    picture = gradient(16, 16, Subsampling.YUV422)
    picture.buffer.flags.writeable = False
    assert jpeg.encode(picture, 85).data.startswith(b"\xff\xd8")


def test_planes_smaller_than_the_picture_never_reach_the_codec():
    picture = Planes(np.zeros(100, np.uint8), 64, 64, Subsampling.YUV420)
    with pytest.raises(ValueError, match="smaller than the picture"):
        jpeg.encode(picture, 85)


@pytest.mark.parametrize("subsampling", Subsampling)
def test_transcoding_changes_the_quality_alone(subsampling):
    best = jpeg.encode(gradient(61, 43, subsampling), 97)
    small = jpeg.transcode(best, 40)
    assert len(small.data) < len(best.data)
    assert (small.width, small.height) == (61, 43)
    decoded = jpeg.decode(small)
    assert decoded.subsampling is subsampling
    for before, after in zip(planes_of(jpeg.decode(best)), planes_of(decoded), strict=True):
        assert difference(before, after) <= 12


@pytest.mark.parametrize(
    ("sampling", "subsampling", "across", "down"),
    [
        (turbojpeg.TJSAMP_411, Subsampling.YUV422, 2, 1),
        (turbojpeg.TJSAMP_440, Subsampling.YUV444, 1, 2),
    ],
)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_other_samplings_are_refined(sampling, subsampling, across, down, width, height):
    pixels = rgb_gradient(width, height)
    coded = jpeg.shared_library().encode(pixels, quality=97, jpeg_subsample=sampling)
    decoded = jpeg.decode(Jpeg(coded, width, height))
    assert decoded.subsampling is subsampling
    coarse = jpeg.shared_library().decode_to_yuv_planes(coded)
    luma, *chroma = planes_of(decoded)
    assert (luma == coarse[0][: len(luma), : luma.shape[1]]).all()
    for fine, plane in zip(chroma, coarse[1:], strict=True):
        rows, columns = np.indices(fine.shape)
        assert (fine == plane[rows // down, columns // across]).all()


def test_cmyk_is_refused():
    coded = jpeg.shared_library().encode(
        np.zeros((16, 16, 4), np.uint8), pixel_format=turbojpeg.TJPF_CMYK
    )
    for call in (jpeg.decode, lambda picture: jpeg.transcode(picture, 80)):
        with pytest.raises(InvalidFormat, match="neither YCbCr nor gray"):
            call(Jpeg(coded, 16, 16))


@pytest.mark.parametrize("data", [b"\xff\xd8", b"no picture", b"\xff\xd8\xff\xd9"])
def test_what_is_no_jpeg_is_broken(data):
    for call in (jpeg.decode, lambda picture: jpeg.transcode(picture, 80)):
        with pytest.raises(BrokenPicture, match=r"cannot be decoded|no picture"):
            call(Jpeg(data, 16, 16))


@pytest.mark.filterwarnings("ignore::UserWarning:turbojpeg")  # as shared_library() asks for
def test_stray_bytes_in_the_coded_data_are_passed_over():
    whole = jpeg.encode(gradient(64, 48, Subsampling.YUV422), 90).data
    stray = Jpeg(whole[:-2] + b"\x12\x34" + whole[-2:], 64, 48)
    assert difference(jpeg.decode(stray).buffer, jpeg.decode(Jpeg(whole, 64, 48)).buffer) == 0
    assert jpeg.transcode(stray, 50).width == 64


def test_a_missing_library_ends_the_start(monkeypatch):
    monkeypatch.setattr(jpeg, "_LIBRARY", "libnosuchjpeg.so.0")
    with pytest.raises(StartupError, match=r"libnosuchjpeg.so.0 .* \(Debian: libturbojpeg0\)"):
        jpeg.shared_library.__wrapped__()


def test_others_run_while_the_codec_works():
    picture = gradient(2048, 2048, Subsampling.YUV420)
    started, done = threading.Event(), threading.Event()

    def work():
        started.set()
        jpeg.encode(picture, 85)
        done.set()

    jpeg.shared_library()
    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    turns = 0
    while not done.is_set():
        turns += 1
    thread.join()
    assert turns > 1000
