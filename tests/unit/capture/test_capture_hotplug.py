"""When the cameras are looked at."""

import asyncio
import errno
import threading
from contextlib import asynccontextmanager

import pytest

from camerad.capture import devfs, hotplug, udev
from camerad.capture.hotplug import Hotplug
from camerad.capture.identity import Identity, VideoNode


def node(number):
    return VideoNode(f"/dev/video{number}", "", Identity("", "", "", ""))


class System:
    """udev, /dev, and what there is; every thing that is done is noted."""

    def __init__(self, monkeypatch, *, udev_runs=True, has_libudev=True):
        self.present = [node(0)]
        self.faults = []
        self.calls = []
        self.event = asyncio.Event()
        self._has_libudev = has_libudev
        monkeypatch.setattr(udev, "is_running", lambda: udev_runs)
        monkeypatch.setattr(udev, "UdevWatch", lambda: Watch(self, "udev"))
        monkeypatch.setattr(devfs, "DevfsWatch", lambda: Watch(self, "devfs"))
        monkeypatch.setattr(hotplug, "_camera_nodes", lambda _video_nodes: self)
        monkeypatch.setattr(hotplug, "AGAIN_S", 0.001)

    def find(self):
        self.calls.append("find")
        if self.faults:
            raise self.faults.pop()
        return list(self.present)


class Watch:
    def __init__(self, system, name):
        self._system = system
        self._name = name

    async def open(self):
        if self._name == "udev" and not self._system._has_libudev:
            raise ImportError("no libudev")
        self._system.calls.append(f"open {self._name}")

    async def changed(self):
        await self._system.event.wait()
        self._system.event.clear()

    def close(self):
        self._system.calls.append(f"close {self._name}")


@asynccontextmanager
async def following(**options):
    """A started ``Hotplug``, as a queue of what it finds."""
    found = asyncio.Queue()
    following = Hotplug(found.put)
    following.start(**options)
    async with asyncio.timeout(5):
        yield found
    await following.close()


async def test_it_listens_before_it_looks(monkeypatch):
    system = System(monkeypatch)
    async with following() as found:
        assert await found.get() == [node(0)]
    assert system.calls == ["open udev", "find", "close udev"]


@pytest.mark.parametrize("present", [[], [node(0), node(1)], [node(0)]])
async def test_every_event_is_a_look(monkeypatch, present):
    system = System(monkeypatch)
    async with following() as found:
        await found.get()
        system.present[:] = present
        system.event.set()
        assert await found.get() == present


async def test_where_no_udev_runs_dev_is_watched(monkeypatch):
    system = System(monkeypatch, udev_runs=False)
    async with following() as found:
        assert await found.get() == [node(0)]
    assert system.calls == ["open devfs", "find", "close devfs"]


async def test_where_libudev_is_missing_dev_is_watched(monkeypatch, caplog):
    system = System(monkeypatch, has_libudev=False)
    async with following() as found:
        assert await found.get() == [node(0)]
    assert system.calls[-3:] == ["open devfs", "find", "close devfs"]
    assert "no libudev" in caplog.text


@pytest.mark.parametrize("fault", [OSError(errno.ENODEV, "gone"), LookupError("gone")])
async def test_a_device_that_goes_while_it_is_looked_at_is_a_reason_to_look_again(
    monkeypatch, fault
):
    system = System(monkeypatch)
    system.faults += [fault, fault]
    async with following() as found:
        assert await found.get() == [node(0)]
    assert system.calls.count("find") == 3


async def test_a_look_that_hangs_is_late(monkeypatch):
    system = System(monkeypatch)
    monkeypatch.setattr(hotplug, "HANG_S", 0.01)
    hanging = threading.Event()
    system.find = lambda: hanging.wait(5) and []
    found = asyncio.Queue()
    following = Hotplug(found.put)
    following.start()
    async with asyncio.timeout(5):
        while not following.pulse.late:
            await asyncio.sleep(0.001)
        hanging.set()
        assert await found.get() == []
    assert not following.pulse.late
    await following.close()


async def test_the_start_may_be_put_off(monkeypatch):
    system = System(monkeypatch)
    async with following(delay_s=60):
        await asyncio.sleep(0.01)
    assert system.calls == []


async def test_one_that_was_never_started_can_be_closed():
    await Hotplug(lambda _nodes: None).close()
