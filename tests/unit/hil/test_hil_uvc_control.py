"""The rig's cameras on their control endpoint: what uvcvideo asks them, and sets."""

import importlib
import struct
from types import ModuleType
from typing import Any

import pytest

SET_CUR, GET_CUR, GET_MIN, GET_MAX, GET_RES, GET_LEN = 0x01, 0x81, 0x82, 0x83, 0x84, 0x85
PROCESSING_UNIT, BRIGHTNESS, CONTRAST = 2, 2, 3
STREAMING, PROBE, COMMIT = 1, 1, 2
PROBE_LAYOUT = struct.Struct("<HBBIHHHHHII")


class Rig:
    """A camera's control endpoint, and the streams that it began."""

    def __init__(self) -> None:
        model = importlib.import_module("uvc.model")
        self.usbip = importlib.import_module("uvc.usbip")
        formats = (model.Format("MJPG", (model.Size(640, 480), model.Size(320, 240))),)
        camera = model.Model("A1", "A1 cam", formats, (10, 5), 30_000)
        self.settings = importlib.import_module("uvc.controls").Settings()
        negotiation = importlib.import_module("uvc.negotiation").Negotiation(camera)
        self.started: list[Any] = []
        requests: ModuleType = importlib.import_module("uvc.requests")
        self.endpoint = requests.ControlEndpoint(
            camera, self.settings, negotiation, self.started.append
        )

    def get(self, request: int, selector: int, index: int, length: int = 64) -> bytes | None:
        setup = self.usbip.Setup(0xA1, request, selector << 8, index, length)
        return self.endpoint.answer(setup, b"")

    def set(self, selector: int, index: int, data: bytes) -> bytes | None:
        setup = self.usbip.Setup(0x21, SET_CUR, selector << 8, index, len(data))
        return self.endpoint.answer(setup, data)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_a_control_tells_its_range(rig):
    unit = PROCESSING_UNIT << 8
    answers = [rig.get(request, BRIGHTNESS, unit) for request in (GET_MIN, GET_MAX, GET_RES)]
    assert [int.from_bytes(data, "little", signed=True) for data in answers] == [-64, 64, 1]
    assert rig.get(GET_LEN, BRIGHTNESS, unit) == b"\x02\x00"


def test_a_control_keeps_what_is_set(rig):
    unit = PROCESSING_UNIT << 8
    assert rig.set(BRIGHTNESS, unit, struct.pack("<h", -7)) == b""
    assert rig.get(GET_CUR, BRIGHTNESS, unit) == struct.pack("<h", -7)
    assert rig.settings.values["brightness"] == -7


@pytest.mark.parametrize(
    ("selector", "data"), [(CONTRAST, b"\xff\xff"), (CONTRAST, b"\x01"), (0x77, b"\x00\x00")]
)
def test_what_cannot_be_set_is_refused(rig, selector, data):
    before = rig.settings.values
    assert rig.set(selector, PROCESSING_UNIT << 8, data) is None
    assert rig.settings.values == before


def test_a_wish_is_answered_with_what_the_camera_can_do(rig):
    wish = PROBE_LAYOUT.pack(1, 9, 2, 1_900_000, 0, 0, 0, 0, 0, 0, 0)
    assert rig.set(PROBE, STREAMING, wish) == b""
    _, fmt, frame, interval, *_, largest_frame, largest_payload = PROBE_LAYOUT.unpack(
        rig.get(GET_CUR, PROBE, STREAMING)
    )
    assert (fmt, frame, interval) == (1, 2, 2_000_000)
    assert largest_payload > largest_frame + 2, "the end of a payload must show"
    assert rig.started == []


def test_a_commit_begins_the_stream_that_was_agreed(rig):
    wish = PROBE_LAYOUT.pack(1, 1, 2, 2_000_000, 0, 0, 0, 0, 0, 0, 0)
    rig.set(PROBE, STREAMING, wish)
    rig.set(COMMIT, STREAMING, rig.get(GET_CUR, PROBE, STREAMING))
    (agreement,) = rig.started
    assert (str(agreement.size), agreement.fmt.fourcc, agreement.rate) == ("320x240", "MJPG", 5)


def test_an_answer_is_no_longer_than_asked_for(rig):
    setup = rig.usbip.Setup(0x80, 6, 2 << 8, 0, 9)
    assert len(rig.endpoint.answer(setup, b"")) == 9
