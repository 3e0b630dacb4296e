"""What a camera tells the kernel about itself: a length that is wrong makes it no camera at all."""

import importlib
import struct
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

CS_INTERFACE, STREAMING_HEADER, MJPEG_FORMAT, MJPEG_FRAME = 0x24, 1, 6, 7


@pytest.fixture
def descriptors() -> ModuleType:
    return importlib.import_module("uvc.descriptors")


@pytest.fixture
def model() -> Any:
    uvc = importlib.import_module("uvc.model")
    sizes = (uvc.Size(640, 480), uvc.Size(320, 240))
    formats = (uvc.Format("MJPG", sizes), uvc.Format("YUY2", (uvc.Size(160, 120),)))
    return uvc.Model("A1", "A1 cam", formats, (10, 5), 30_000)


def blocks(data: bytes) -> Iterator[bytes]:
    while data:
        assert data[0] >= 2, f"a descriptor without end, before {data.hex()}"
        yield data[: data[0]]
        data = data[data[0] :]


def test_the_lengths_add_up(descriptors, model):
    configuration = descriptors.configuration(model)
    (total,) = struct.unpack_from("<H", configuration, 2)
    assert total == len(configuration)
    assert sum(len(block) for block in blocks(configuration)) == total


def test_the_class_specific_lengths_cover_their_own(descriptors, model):
    for data in (descriptors.video_control(), descriptors.video_streaming(model)):
        assert {block[1] for block in blocks(data)} == {CS_INTERFACE}
        header = next(blocks(data))
        at = 5 if data == descriptors.video_control() else 4
        assert struct.unpack_from("<H", header, at) == (len(data),)


def test_each_format_lists_its_sizes_and_rates(descriptors, model):
    found = list(blocks(descriptors.video_streaming(model)))
    frames = [block for block in found if block[2] == MJPEG_FRAME]
    assert [struct.unpack_from("<HH", frame, 5) for frame in frames] == [(640, 480), (320, 240)]
    for frame in frames:
        default, count, *intervals = struct.unpack_from("<IBII", frame, 21)
        assert (default, count, intervals) == (1_000_000, 2, [1_000_000, 2_000_000])
    (mjpeg,) = (block for block in found if block[2] == MJPEG_FORMAT)
    assert mjpeg[4] == len(frames)


def test_an_uncompressed_frame_has_the_size_of_its_pixels(descriptors, model):
    frame = next(descriptors.frame_blocks(model, model.formats[1]))
    assert struct.unpack_from("<I", frame, 17) == (160 * 120 * 2,)


def test_the_serial_number_is_the_tests_choice(descriptors, model):
    serial_index = descriptors.device(model)[16]
    string = descriptors.string(model, serial_index)
    assert (string[0], string[1], string[2:].decode("utf-16-le")) == (len(string), 3, "A1")
    assert descriptors.string(model, 9) is None
