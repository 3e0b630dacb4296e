"""The set of cameras, as it follows what is plugged in."""

import asyncio

import pytest

from camerad.cameras import plugged as module
from camerad.cameras.plugged import PluggedCameras
from camerad.cameras.roster_file import RosterFile
from camerad.capture.identity import Identity, VideoNode
from camerad.capture.pattern import PatternSource
from camerad.capture.pulse import Pulse
from camerad.capture.source import CameraFault
from camerad.capture.spec import parse_camera_spec
from camerad.capture.status import State
from camerad.config.schema import Camera, Config


class Source(PatternSource):
    """A camera that shows the pattern, under its own name."""

    def __init__(self, device, inode=None):
        super().__init__()
        self._device = device
        self.inode = inode

    @property
    def device(self):
        return self._device

    def open(self, mode):
        if self.device == "/dev/video66":
            raise CameraFault("/dev/video66 is busy")
        return super().open(mode)


class Hotplug:
    """Finds what the test says."""

    def __init__(self, found):
        self.plug = found
        self.pulse = Pulse()
        self.started_after_s = None

    def start(self, delay_s=0.0):
        self.started_after_s = delay_s

    async def close(self):
        pass


def node(number, serial, inode=1):
    identity = Identity("046d:0825", serial, f"port-{number}", "00.0")
    return VideoNode(f"/dev/video{number}", "Webcam", identity, inode=inode)


@pytest.fixture(autouse=True)
def _doubles(monkeypatch):
    monkeypatch.setattr(module, "Hotplug", Hotplug)
    monkeypatch.setattr(module, "_v4l2_source", Source)
    monkeypatch.setattr(module, "check_access", lambda _device: None)


@pytest.fixture
def follow(tmp_path):
    """`follow(*specs)` gives the cameras and the bus that they are on."""
    built = []

    def follow(*specs, active=0):
        config = Config(camera=Camera(active=active))
        found = PluggedCameras(
            [parse_camera_spec(spec) for spec in specs], tmp_path, lambda: config
        )
        built.append(found)
        found.start()
        return found.cameras, found._hotplug

    yield follow
    for each in built:
        for fed in each.cameras:
            fed.camera.close(5)


async def are(cameras, expected):
    """Wait until the cameras are in these states: their devices, absent ones with a minus."""

    def seen():
        return {
            fed.id: ("" if fed.camera.connected else "-") + fed.camera.device for fed in cameras
        }

    async with asyncio.timeout(5):
        while seen() != expected:
            await asyncio.sleep(0.002)


async def absent(camera):
    """Wait until the camera is; gives the reason."""
    async with asyncio.timeout(5):
        while camera.status.state is not State.ABSENT:
            await asyncio.sleep(0.002)
    return camera.status.reason


@pytest.mark.parametrize(
    ("specs", "before", "after"),
    [
        (["plugged"], {0: "-none"}, {0: "/dev/video4"}),
        (["auto"], {0: "pattern"}, {0: "/dev/video4"}),
        (
            ["auto", "/dev/video2", "pattern"],
            {0: "/dev/video2", 1: "pattern", 2: "pattern"},
            {0: "/dev/video2", 1: "pattern", 2: "/dev/video4"},
        ),
        (["pattern"], {0: "pattern"}, {0: "pattern"}),
    ],
)
async def test_before_and_after_the_first_camera(follow, specs, before, after):
    cameras, bus = follow(*specs)
    await bus.plug([])
    await are(cameras, before)
    await bus.plug([node(4, "A")])
    await are(cameras, after)


async def test_what_was_there_once_is_absent_and_no_pattern(follow):
    cameras, bus = follow("auto")
    await bus.plug([node(4, "A")])
    await bus.plug([])
    assert "gone" in await absent(cameras.get(0).camera)
    cameras, bus = follow("auto")
    await bus.plug([])
    assert await absent(cameras.get(0).camera) == "/dev/video4 (Webcam) is not plugged in"


async def test_a_camera_keeps_its_number_and_its_feed(follow):
    cameras, bus = follow("plugged")
    await bus.plug([node(0, "A"), node(2, "B")])
    await are(cameras, {0: "/dev/video0", 1: "/dev/video2"})
    before = [cameras.get(number) for number in (0, 1)]
    await bus.plug([])
    await bus.plug([node(0, "B"), node(2, "A")])
    await are(cameras, {1: "/dev/video0", 0: "/dev/video2"})
    assert [cameras.get(number) for number in (0, 1)] == before


async def test_new_cameras_are_announced(follow):
    cameras, bus = follow("plugged")
    announced = []
    cameras.on_added(lambda fed: announced.append(fed.id))
    await bus.plug([node(0, "A"), node(2, "B")])
    assert announced == [1]


async def test_a_camera_that_was_made_again_is_opened_anew(follow):
    cameras, bus = follow("plugged")
    await bus.plug([node(0, "A", inode=1)])
    await are(cameras, {0: "/dev/video0"})
    plug = cameras.get(0).camera.source
    first = plug._plugged
    await bus.plug([node(0, "A", inode=1)])
    assert plug._plugged is first
    await bus.plug([node(0, "A", inode=2)])
    assert plug._plugged.inode == 2


async def test_whatever_happens_a_camera_that_failed_is_tried_again(follow):
    cameras, bus = follow("plugged")
    await bus.plug([node(66, "A")])
    camera = cameras.get(0).camera
    async with asyncio.timeout(5):
        while camera.counters.faults != 1:
            await asyncio.sleep(0.002)
        await bus.plug([node(66, "A")])
        while camera.counters.faults != 2:
            await asyncio.sleep(0.002)
    assert camera.status.state is State.FAULT


@pytest.mark.parametrize(
    ("spec", "delay_s"),
    [("plugged", 0.0), ("auto", 0.0), ("/dev/video2", module.PINNED_DELAY_S), ("pattern", None)],
)
async def test_only_what_needs_it_is_followed(follow, spec, delay_s):
    _, bus = follow(spec)
    assert bus.started_after_s == delay_s


async def test_the_numbers_are_written_when_they_change(follow, tmp_path):
    _, bus = follow("plugged")
    await bus.plug([node(0, "A")])
    assert [member.id for member in RosterFile(tmp_path).read()] == [0]
    written = (tmp_path / "cameras.json").stat().st_mtime_ns
    await bus.plug([node(0, "A")])
    assert (tmp_path / "cameras.json").stat().st_mtime_ns == written


async def test_one_that_hangs_is_one_too_many(follow):
    cameras, bus = follow("pattern", "plugged")
    plugged = bus.plug.__self__
    await bus.plug([])
    assert plugged.alive()
    for pulse in (cameras.get(0).camera.pulse, bus.pulse):
        pulse.expect(-1)
        assert not plugged.alive()
        pulse.rest()
        assert plugged.alive()


@pytest.mark.parametrize(("wanted", "active"), [(0, 0), (1, 1), (7, 0)])
async def test_the_active_one(follow, wanted, active):
    _, bus = follow("plugged")
    await bus.plug([node(0, "A"), node(2, "B")])
    cameras, _ = follow("plugged", active=wanted)
    assert cameras.active == active
