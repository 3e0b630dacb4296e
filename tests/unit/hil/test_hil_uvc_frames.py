"""What the rig's cameras send is what tests compare with: it must be exact."""

import importlib
import io
import tarfile
from types import ModuleType

import pytest

JPEG = b"\xff\xd8\xff\xdb" + bytes(range(256)) * 4 + b"\xff\xd9"


@pytest.fixture
def frames() -> ModuleType:
    return importlib.import_module("uvc.frames")


def test_a_number_can_be_read_back_and_changes_nothing_else(frames):
    jpeg = frames.numbered(JPEG, "A1", 70_000)
    assert frames.number_of(jpeg) == ("A1", 70_000)
    assert jpeg.endswith(JPEG[2:])
    assert jpeg != frames.numbered(JPEG, "A1", 70_001)


@pytest.mark.parametrize("other", [JPEG, b"", JPEG[:20]])
def test_other_pictures_have_no_number(frames, other):
    with pytest.raises(ValueError, match="no numbered picture"):
        frames.number_of(other)


def test_a_payload_is_a_header_and_the_frame(frames):
    header, frame = frames.payload(JPEG, 4)[:2], frames.payload(JPEG, 4)[2:]
    assert header == bytes([2, 0x82])
    assert frame == JPEG


def test_the_frame_id_changes_from_frame_to_frame(frames):
    assert [frames.payload(JPEG, number)[1] & 1 for number in (1, 2, 3)] == [1, 0, 1]


@pytest.mark.parametrize(
    ("fault", "length", "begins_as_jpeg", "ends_as_jpeg"),
    [
        ("short", 12, True, False),
        ("truncated", len(JPEG) * 2 // 3, True, False),
        ("garbage", len(JPEG), False, False),
        ("error_bit", len(JPEG), True, True),
        ("halt", len(JPEG), True, True),
    ],
)
def test_a_fault_damages_as_it_says(frames, fault, length, begins_as_jpeg, ends_as_jpeg):
    payload = frames.payload(JPEG, 1, frames.Fault(fault))
    frame = payload[2:]
    assert len(frame) == length
    assert frame.startswith(b"\xff\xd8") == begins_as_jpeg
    assert frame.endswith(b"\xff\xd9") == ends_as_jpeg
    assert bool(payload[1] & 0x40) == (fault == "error_bit")


def test_a_grey_frame_has_the_size_asked_for(frames):
    assert len(frames.grey(160 * 120 * 2, 1000)) == 160 * 120 * 2


def test_the_archive_holds_the_package_and_the_pictures():
    cameras, programs = map(importlib.import_module, ("uvc_cameras", "programs"))
    packed = programs.archive("uvc", cameras.picture_files({(64, 48): [JPEG, JPEG]}))
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        names = tar.getnames()
        assert tar.extractfile("pictures/64x48-01.jpg").read() == JPEG
    assert {"uvc/__main__.py", "uvc/camera.py", "pictures/64x48-00.jpg"} <= set(names)
