"""The JPEG codec: libjpeg-turbo through PyTurboJPEG, on planes, never by way of RGB.

All calls release the GIL while the codec works. PyTurboJPEG makes a codec handle for every
call (0.15 ms at 1080p, with its copies of the result), so the one object that holds the
library's functions serves all threads.
"""

import functools
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import numpy as np
import turbojpeg

from camerad.errors import InvalidFormat, StartupError
from camerad.frames.picture import Bytes, Jpeg, Packed, Planes, Subsampling
from camerad.imaging.layout import buffer_size, planes_of
from camerad.imaging.mjpeg import BrokenPicture

_ACCURATE_DCT: Final = 4096
"""TJFLAG_ACCURATEDCT, which PyTurboJPEG leaves out. Below quality 96 libjpeg-turbo takes its fast
DCT unless told otherwise; but the accurate one has AVX2 code, and takes 7 % less time at 1080p."""

_LIBRARY = "libturbojpeg.so.0"

_TJSAMP: Final[Mapping[Subsampling, int]] = {
    Subsampling.YUV444: turbojpeg.TJSAMP_444,
    Subsampling.YUV422: turbojpeg.TJSAMP_422,
    Subsampling.YUV420: turbojpeg.TJSAMP_420,
    Subsampling.GRAY: turbojpeg.TJSAMP_GRAY,
}
_SUBSAMPLING: Final[Mapping[int, Subsampling]] = {tj: own for own, tj in _TJSAMP.items()}
# Each is re-expressed by the next finer one of ours, repeating chroma along the given axis.
_FINER: Final[Mapping[int, tuple[Subsampling, int]]] = {
    turbojpeg.TJSAMP_411: (Subsampling.YUV422, 1),
    turbojpeg.TJSAMP_440: (Subsampling.YUV444, 0),
}
_TJPF: Final[Mapping[str, int]] = {"RGB": turbojpeg.TJPF_RGB, "BGR": turbojpeg.TJPF_BGR}
_DECODABLE_COLORSPACES = (turbojpeg.TJCS_YCbCr, turbojpeg.TJCS_GRAY)


@functools.cache
def shared_library() -> turbojpeg.TurboJPEG:
    """The codec's functions. Raises StartupError when the system has no libjpeg-turbo.

    The name is left to the dynamic loader: PyTurboJPEG's own search starts gcc and ldconfig.
    """
    try:
        codec = turbojpeg.TurboJPEG(_LIBRARY)
    except (OSError, AttributeError) as error:
        raise StartupError(
            f"{_LIBRARY} cannot be loaded ({error}); install libjpeg-turbo 2.x or newer "
            "(Debian: libturbojpeg0)"
        ) from None
    # It reports each stray byte in a camera's JPEG as a warning; the decoder goes on without it.
    warnings.filterwarnings("ignore", category=UserWarning, module="turbojpeg")
    return codec


def encode(picture: Planes | Packed, quality: int) -> Jpeg:
    """Compress at a ``quality`` of 1..100, keeping the chroma subsampling; RGB gets 4:2:2."""
    if isinstance(picture, Packed):
        return _encode_packed(picture, quality)
    if picture.buffer.size < buffer_size(picture.width, picture.height, picture.subsampling):
        raise ValueError("the planes are smaller than the picture: libturbojpeg would read on")
    data = shared_library().encode_from_yuv(
        picture.buffer,
        picture.height,
        picture.width,
        quality=quality,
        jpeg_subsample=_TJSAMP[picture.subsampling],
        flags=_ACCURATE_DCT,
    )
    return Jpeg(data, picture.width, picture.height)


def transcode(jpeg: Jpeg, quality: int) -> Jpeg:
    """The same picture at another quality, its chroma subsampling kept."""
    with _codec_errors():
        width, height, _ = _inspect(jpeg)
        data = shared_library().scale_with_quality(jpeg.data, quality=quality, flags=_ACCURATE_DCT)
    return Jpeg(data, width, height)


def decode(jpeg: Jpeg) -> Planes:
    """The picture's planes; 4:1:1 is re-expressed as 4:2:2, and 4:4:0 as 4:4:4.

    Raises BrokenPicture for what is no JPEG, InvalidFormat for a kind that cameras do not send.
    """
    with _codec_errors():
        width, height, sampling = _inspect(jpeg)
        if sampling in _SUBSAMPLING:
            buffer, _ = shared_library().decode_to_yuv(jpeg.data)
            return Planes(buffer, width, height, _SUBSAMPLING[sampling])
        planes = shared_library().decode_to_yuv_planes(jpeg.data)
    return _refine(planes, width, height, *_FINER[sampling])


def _encode_packed(picture: Packed, quality: int) -> Jpeg:
    height, width, _ = picture.pixels.shape
    data = shared_library().encode(
        picture.pixels,
        quality=quality,
        pixel_format=_TJPF[picture.order],
        jpeg_subsample=turbojpeg.TJSAMP_422,
        flags=_ACCURATE_DCT,
    )
    return Jpeg(data, width, height)


def _inspect(jpeg: Jpeg) -> tuple[int, int, int]:
    """Width, height and TJSAMP as the header says."""
    width, height, sampling, colorspace = shared_library().decode_header(jpeg.data)
    if not width or not height:
        raise BrokenPicture("the JPEG holds no picture")
    if colorspace not in _DECODABLE_COLORSPACES:
        raise InvalidFormat("the JPEG is neither YCbCr nor gray")
    if sampling not in _SUBSAMPLING and sampling not in _FINER:
        raise InvalidFormat("the JPEG's chroma subsampling is not supported")
    return width, height, sampling


def _refine(
    coarse: list[Bytes], width: int, height: int, subsampling: Subsampling, axis: int
) -> Planes:
    buffer = np.empty(buffer_size(width, height, subsampling), np.uint8)
    picture = Planes(buffer, width, height, subsampling)
    luma, cb, cr = planes_of(picture)
    for fine, plane in (
        (luma, coarse[0]),
        (cb, coarse[1].repeat(2, axis)),
        (cr, coarse[2].repeat(2, axis)),
    ):
        rows, columns = fine.shape
        np.copyto(fine, plane[:rows, :columns])
    return picture


@contextmanager
def _codec_errors() -> Iterator[None]:
    """PyTurboJPEG raises OSError for whatever libjpeg-turbo refuses."""
    try:
        yield
    except OSError as error:
        raise BrokenPicture(f"the JPEG cannot be decoded: {error}") from None
