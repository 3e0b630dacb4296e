"""What looks and presses in the device."""

import importlib

import pytest


@pytest.mark.parametrize(("width", "height"), [(320, 240), (48, 64)])
def test_a_jpegs_size_is_read_from_its_frame_header(width, height):
    picture = importlib.import_module("known_pictures").picture(width, height, 3)
    numbered = importlib.import_module("uvc.frames").numbered(picture, "A1", 7)
    assert importlib.import_module("agent.stream").size_of(numbered) == (width, height)


def test_a_jpeg_without_a_frame_header_has_no_size():
    with pytest.raises(ValueError, match="without a frame header"):
        importlib.import_module("agent.stream").size_of(b"\xff\xd8\xff\xd9")


@pytest.mark.parametrize(("name", "size"), [("QUERYCTRL", 68), ("S_CTRL", 8), ("REQBUFS", 20)])
def test_an_ioctls_number_holds_the_size_of_its_structure(name, size):
    number = getattr(importlib.import_module("agent.v4l2"), name)
    assert number >> 16 & 0x3FFF == size


def test_a_controls_description_has_its_structures_size():
    assert importlib.import_module("agent.v4l2").CONTROL.size == 68
