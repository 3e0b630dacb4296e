import asyncio
import threading

import msgspec
import pytest

from camerad.events.backlog import MAX_EVENTS
from camerad.events.bus import Bus
from camerad.events.event import CameraEvent, StateUpdate, Topic

CONNECTED = CameraEvent("camera_connected", 0, "/dev/video0", "2025-01-15T10:30:00Z")
UPDATE = StateUpdate("camera.connected", True)


@pytest.fixture
def bus():
    return Bus()


async def heard(subscriber):
    async with asyncio.timeout(5):
        return await subscriber.events()


async def hears_nothing(subscriber):
    for _ in range(5):
        await asyncio.sleep(0)
    assert subscriber._backlog.take() == []


async def test_every_subscriber_is_told(bus):
    with bus.subscribed() as first, bus.subscribed() as second:
        first.topics.add(Topic.STATE)
        second.topics.update((Topic.STATE, Topic.CAMERA))
        bus.publish(UPDATE)
        bus.publish(CONNECTED)
        assert await heard(first) == [UPDATE]
        assert await heard(second) == [CONNECTED, UPDATE]


async def test_who_has_left_is_not_told(bus):
    with bus.subscribed() as stays:
        stays.topics.add(Topic.STATE)
        with bus.subscribed() as leaves:
            leaves.topics.add(Topic.STATE)
        bus.publish(UPDATE)
        assert await heard(stays) == [UPDATE]
        await hears_nothing(leaves)


async def test_a_topic_that_was_unsubscribed_is_silent_at_once(bus):
    with bus.subscribed() as subscriber:
        subscriber.topics.update((Topic.STATE, Topic.CAMERA))
        bus.publish(UPDATE)
        bus.publish(CONNECTED)
        await asyncio.sleep(0)
        subscriber.topics.discard(Topic.STATE)
        assert await heard(subscriber) == [CONNECTED]


async def test_all_threads_may_publish(bus):
    with bus.subscribed() as subscriber:
        subscriber.topics.update((Topic.STATE, Topic.CAMERA))
        threads = [
            threading.Thread(target=publish_many, args=(bus, name)) for name in ("a", "b", "c")
        ]
        for thread in threads:
            thread.start()
        seen = {}
        async with asyncio.timeout(10):
            while seen != {"a": 1999, "b": 1999, "c": 1999}:
                for event in await subscriber.events():
                    assert event.value > seen.get(event.parameter, -1)
                    seen[event.parameter] = event.value
        for thread in threads:
            thread.join()


def publish_many(bus, parameter):
    for number in range(2000):
        bus.publish(StateUpdate(parameter, number))


async def test_who_does_not_listen_costs_a_bounded_memory(bus):
    with bus.subscribed() as subscriber:
        subscriber.topics.update((Topic.STATE, Topic.CAMERA))
        for number in range(5000):
            bus.publish(StateUpdate("camera.framerate", number))
            bus.publish(CONNECTED)
            await asyncio.sleep(0)
        events = await heard(subscriber)
        assert events[-1] == StateUpdate("camera.framerate", 4999)
        assert len(events) == MAX_EVENTS + 1
        assert subscriber.lost == 5000 - MAX_EVENTS


async def test_publishing_wakes_the_loop_once_for_all_that_waits(bus, monkeypatch):
    loop = asyncio.get_running_loop()
    calls = []
    really = loop.call_soon_threadsafe
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *args: calls.append(really(*args)))
    with bus.subscribed() as subscriber:
        subscriber.topics.add(Topic.STATE)
        for number in range(100):
            bus.publish(StateUpdate("camera.framerate", number))
        await heard(subscriber)
    assert len(calls) == 1


async def test_nobody_subscribed_means_nothing_is_done(bus, monkeypatch):
    with bus.subscribed():
        pass
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_soon_threadsafe", None)
    bus.publish(UPDATE)


async def test_a_closed_bus_leaves_the_loop_alone(bus, monkeypatch):
    with bus.subscribed():
        bus.close()
        monkeypatch.setattr(asyncio.get_running_loop(), "call_soon_threadsafe", None)
        bus.publish(UPDATE)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (UPDATE, {"type": "state_update", "parameter": "camera.connected", "value": True}),
        (
            CONNECTED,
            {
                "type": "camera_event",
                "event": "camera_connected",
                "camera": 0,
                "device": "/dev/video0",
                "timestamp": "2025-01-15T10:30:00Z",
            },
        ),
    ],
)
def test_events_are_written_as_the_messages_of_the_api(event, message):
    assert msgspec.json.decode(msgspec.json.encode(event)) == message
