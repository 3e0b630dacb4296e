"""What reaches the cameras of a change, and what they refuse of it."""

import asyncio
from types import SimpleNamespace

import pytest

from camerad.capture.adjustment import Adjustment
from camerad.capture.source import CaptureFormat, Control, Mode, SupportedMode
from camerad.capture.status import State, Status
from camerad.config.load import load
from camerad.config.schema import Camera as Settings
from camerad.errors import InvalidConfig, RecordingInProgress
from camerad.frames.cameras import Cameras, FedCamera
from camerad.live_config import LiveConfig, configured_mode

FORMAT = CaptureFormat("YUYV", 640, 480, 1280, 614400, 30.0, full_range=True)
GAIN = Control(1, "gain", "integer", 0, 10, 1, default=5, value=5)
KNOWN = Status(State.READY, FORMAT, (SupportedMode("YUYV", 640, 480),), controls=(GAIN,))
UNKNOWN = Status(State.PROBING)
OPEN = Mode()


class CameraDouble:
    """Remembers what it was told last."""

    def __init__(self, device, status):
        self.device = device
        self.status = status
        self.mode = None
        self.adjustment = None

    def set_mode(self, mode):
        self.mode = mode

    def adjust(self, adjustment):
        self.adjustment = adjustment


def fed(number, status=KNOWN, pinned=OPEN):
    camera = CameraDouble(f"/dev/video{number}", status)
    return FedCamera(number, camera, SimpleNamespace(linger_s=None), pinned)


@pytest.fixture
def store(tmp_path):
    return load(tmp_path, None)


@pytest.fixture
def busy():
    return []


@pytest.fixture
def live(store, busy):
    """Builds a ``LiveConfig`` over cameras; recording, while ``busy`` holds something."""

    def live(*cameras):
        tree = SimpleNamespace(reserve_bytes=None)
        built = Cameras({each.id: each for each in cameras}, 0)
        return LiveConfig(store, built, tree, lambda: bool(busy)), built, tree

    return live


@pytest.mark.parametrize(
    ("pinned", "settings", "expected"),
    [
        (OPEN, Settings(), Mode(None, 1920, 1080, 30)),
        (OPEN, Settings(default_resolution=None), Mode(fps=30)),
        (OPEN, Settings(default_resolution="640x480"), Mode(None, 640, 480, 30)),
        (Mode("YUYV", exact=True), Settings(), Mode("YUYV", 1920, 1080, 30)),
        (Mode(fps=15.0, exact=True), Settings(), Mode(None, 1920, 1080, 15.0)),
        (
            Mode(width=320, height=240, exact=True),
            Settings(default_framerate=5),
            Mode(None, 320, 240, 5, exact=True),
        ),
    ],
)
def test_what_is_pinned_wins(pinned, settings, expected):
    assert configured_mode(pinned, settings) == expected


async def test_what_is_configured_is_applied_at_the_start_and_after_each_change(live, store):
    pinned = fed(1, pinned=Mode(width=320, height=240, exact=True))
    config, cameras, tree = live(fed(0), pinned)
    config.start()
    free = cameras.get(0)
    assert free.camera.mode == Mode(None, 1920, 1080, 30)
    assert free.camera.adjustment == Adjustment()
    assert (free.feed.linger_s, tree.reserve_bytes) == (5.0, 128 * 1024**2)

    changes = {
        "camera": {
            "default_resolution": "640x480",
            "auto_exposure": True,
            "controls": {"gain": 7},
            "linger": 1,
            "active": 1,
        },
        "storage": {"reserve_bytes": 9},
    }
    for section, change in changes.items():
        await asyncio.to_thread(store.merge, section, change)
    assert free.camera.mode == Mode(None, 640, 480, 30)
    assert pinned.camera.mode == Mode(None, 320, 240, 30, exact=True)
    for each in (free, pinned):
        assert each.camera.adjustment == Adjustment({"gain": 7}, True)
        assert each.feed.linger_s == 1.0
    assert cameras.active == 1
    assert tree.reserve_bytes == 9


async def test_a_camera_that_comes_later_is_adjusted_too(live, store):
    store.merge("camera", {"active": 1, "controls": {"gain": 7}, "linger": 1})
    config, cameras, _ = live(fed(0))
    config.start()
    late = fed(1)
    cameras.add(late)
    assert late.camera.adjustment == Adjustment({"gain": 7})
    assert late.feed.linger_s == 1.0
    assert cameras.active == 1


async def test_an_active_camera_that_is_not_there_leaves_the_first(live, store):
    store.merge("camera", {"active": 3})
    config, cameras, _ = live(fed(0))
    config.start()
    assert cameras.active == 0
    store.merge("camera", {"linger": 1})


@pytest.mark.parametrize(
    ("cameras", "change", "problem"),
    [
        ([fed(0), fed(1)], {"active": 2}, "camera.active: there is no camera 2; cameras: 0, 1"),
        ([fed(0)], {"controls": {"gain": 11}}, "camera.controls.gain: /dev/video0 takes 0 to 10"),
        (
            [fed(0)],
            {"controls": {"zoom": 1}},
            "camera.controls.zoom: no camera has it; there are: gain",
        ),
        (
            [fed(0, UNKNOWN), fed(1)],
            {"controls": {"gain": 11}},
            "camera.controls.gain: /dev/video1 takes 0 to 10",
        ),
    ],
)
def test_what_the_cameras_cannot_do_is_refused(live, store, cameras, change, problem):
    live(*cameras)
    before = store.current
    with pytest.raises(InvalidConfig) as caught:
        store.merge("camera", change)
    assert caught.value.details == problem
    assert store.current is before


def test_nothing_is_known_of_a_camera_that_was_never_there(live, store):
    live(fed(0, UNKNOWN), fed(1))
    store.merge("camera", {"controls": {"zoom": 1}})


def test_what_was_set_before_may_stay(live, store):
    store.merge("camera", {"controls": {"zoom": 1, "gain": 99}})
    live(fed(0))
    store.merge("camera", {"controls": {"gain": 9}})
    assert store.current.camera.controls == {"zoom": 1, "gain": 9}


@pytest.mark.parametrize("change", [{"linger": 1}, {"linger": 5.0}, {}])
def test_camera_settings_wait_for_the_end_of_a_recording(live, store, busy, change):
    live(fed(0))
    busy.append("recording")
    for method in (store.merge, store.replace):
        with pytest.raises(RecordingInProgress):
            method("camera", change)
    store.merge("limits", {"api": 7})
    busy.clear()
    store.merge("camera", change)
