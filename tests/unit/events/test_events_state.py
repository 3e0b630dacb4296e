import asyncio
import threading

import pytest

from camerad.events.bus import Bus
from camerad.events.event import Topic
from camerad.events.state import State


class Device:
    """Two sources of state that a test changes as it likes, and how often they were read."""

    def __init__(self):
        self.camera = {"camera.connected": True, "camera.framerate": 30}
        self.config = {"config.camera": {"linger": 5.0}}
        self.reads = 0

    def read_camera(self):
        self.reads += 1
        return dict(self.camera)


@pytest.fixture
def device():
    return Device()


@pytest.fixture
def bus():
    return Bus()


@pytest.fixture
async def state(bus, device):
    state = State(bus, [device.read_camera, lambda: device.config])
    state.start()
    yield state
    state.close()
    bus.close()


@pytest.fixture
async def subscriber(bus):
    with bus.subscribed() as subscriber:
        subscriber.topics.add(Topic.STATE)
        yield subscriber


async def heard(subscriber):
    async with asyncio.timeout(5):
        events = await subscriber.events()
    return {event.parameter: event.value for event in events}


async def test_the_state_is_that_of_all_sources(state):
    assert state.read() == {
        "camera.connected": True,
        "camera.framerate": 30,
        "config.camera": {"linger": 5.0},
    }


async def test_only_what_has_another_value_is_told(state, device, subscriber):
    device.camera["camera.framerate"] = 15
    device.config = {"config.camera": {"linger": 5.0}}
    state.changed()
    assert await heard(subscriber) == {"camera.framerate": 15}


async def test_what_changes_before_anyone_subscribes_is_no_news_afterwards(state, device, bus):
    device.camera["camera.framerate"] = 15
    state.changed()
    await asyncio.sleep(0)
    with bus.subscribed() as subscriber:
        subscriber.topics.add(Topic.STATE)
        device.camera["camera.connected"] = False
        state.changed()
        assert await heard(subscriber) == {"camera.connected": False}


async def test_who_reads_finds_what_nobody_told(state, device, subscriber):
    device.camera["camera.connected"] = False
    assert state.read()["camera.connected"] is False
    assert await heard(subscriber) == {"camera.connected": False}


async def test_a_changed_null_is_told(state, device, subscriber):
    device.camera["camera.framerate"] = None
    state.changed()
    assert await heard(subscriber) == {"camera.framerate": None}


async def test_many_changes_are_one_look(state, device, subscriber):
    device.camera["camera.framerate"] = 15
    before = device.reads
    threads = [threading.Thread(target=state.changed) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert await heard(subscriber) == {"camera.framerate": 15}
    assert device.reads == before + 1


@pytest.mark.usefixtures("state", "subscriber")
async def test_nobody_calls_and_nothing_is_looked_at(device):
    before = device.reads
    for _ in range(20):
        await asyncio.sleep(0)
    assert device.reads == before


async def test_before_the_start_and_after_the_end_changes_are_no_concern(bus, device):
    state = State(bus, [device.read_camera])
    state.changed()
    state.start()
    state.changed()
    state.close()
    state.changed()
    before = device.reads
    await asyncio.sleep(0)
    assert device.reads == before
