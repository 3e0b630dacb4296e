"""Takes pictures out of a driver's buffers: the unpacking is the copy out of the mmap."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from camerad.capture.source import CaptureFormat
from camerad.errors import InvalidFormat
from camerad.frames.picture import Bytes, Jpeg, Packed, Picture, Planes
from camerad.imaging.layout import buffer_size, plane_shapes, planes_of
from camerad.imaging.levels import RangeExpansion
from camerad.imaging.mjpeg import BrokenPicture, Extractor
from camerad.imaging.pixelformats import RAW_LAYOUTS, RawLayout

Allocate = Callable[[int], Bytes]
"""Gives a writable one-dimensional array of so many bytes."""

Unpack = Callable[[memoryview], Picture]
"""Copies one buffer; raises BrokenPicture, and holds on to nothing of the buffer."""

_RGB_ORDERS: Final[Mapping[str, str]] = {"RGB3": "RGB", "BGR3": "BGR"}
_JPEG_FOURCCS = ("MJPG", "JPEG")
# Cameras round sizes up to whole JPEG blocks. A header may claim up to 65535 pixels a side:
# decoding that would take gigabytes.
_JPEG_SLACK = 15


def unpacker(fmt: CaptureFormat, allocate: Allocate) -> Unpack:
    """What turns buffers of this format into pictures; for one thread at a time.

    Raises InvalidFormat when the fourcc is none that camerad reads.
    """
    if fmt.fourcc in _JPEG_FOURCCS:
        return _jpeg_unpacker(fmt)
    if fmt.fourcc in _RGB_ORDERS:
        return _rgb_unpacker(fmt, allocate)
    if fmt.fourcc in RAW_LAYOUTS:
        return _yuv_unpacker(fmt, RAW_LAYOUTS[fmt.fourcc](fmt), allocate)
    raise InvalidFormat(f"the pixel format {fmt.fourcc!r} is not supported")


def _yuv_unpacker(fmt: CaptureFormat, layout: RawLayout, allocate: Allocate) -> Unpack:
    size_bytes = buffer_size(fmt.width, fmt.height, layout.subsampling)
    expand = _no_expansion if fmt.full_range else _range_expansion(fmt, layout)

    def unpack(data: memoryview) -> Planes:
        _require(data, layout.size_bytes)
        picture = Planes(allocate(size_bytes), fmt.width, fmt.height, layout.subsampling)
        layout.fill(data, planes_of(picture))
        expand(picture.buffer)
        picture.buffer.flags.writeable = False
        return picture

    return unpack


def _no_expansion(_samples: Bytes) -> None:
    """The samples are in full range as they come."""


def _range_expansion(fmt: CaptureFormat, layout: RawLayout) -> Callable[[Bytes], None]:
    rows, _, stride = plane_shapes(fmt.width, fmt.height, layout.subsampling)[0]
    luma_bytes = rows * stride
    expansion = RangeExpansion()

    def expand(samples: Bytes) -> None:
        expansion.luma(samples[:luma_bytes])
        expansion.chroma(samples[luma_bytes:])

    return expand


def _rgb_unpacker(fmt: CaptureFormat, allocate: Allocate) -> Unpack:
    shape = (fmt.height, fmt.width, 3)
    stride = max(fmt.stride, 3 * fmt.width)
    least_bytes = (fmt.height - 1) * stride + 3 * fmt.width

    def unpack(data: memoryview) -> Packed:
        _require(data, least_bytes)
        pixels = allocate(fmt.height * fmt.width * 3).reshape(shape)
        np.copyto(pixels, np.ndarray(shape, np.uint8, buffer=data, strides=(stride, 3, 1)))
        pixels.flags.writeable = False
        return Packed(pixels, _RGB_ORDERS[fmt.fourcc])

    return unpack


def _jpeg_unpacker(fmt: CaptureFormat) -> Unpack:
    extractor = Extractor()

    def unpack(data: memoryview) -> Jpeg:
        picture = extractor.extract(data)
        if picture.width > fmt.width + _JPEG_SLACK or picture.height > fmt.height + _JPEG_SLACK:
            claimed, agreed = f"{picture.width}x{picture.height}", f"{fmt.width}x{fmt.height}"
            raise BrokenPicture(f"the JPEG header says {claimed} where {agreed} was agreed")
        return picture

    return unpack


def _require(data: memoryview, size_bytes: int) -> None:
    if len(data) < size_bytes:
        raise BrokenPicture(f"{len(data)} bytes where a picture takes {size_bytes}")
