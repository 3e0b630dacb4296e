import asyncio
import threading

import pytest

from camerad.frames.feed import MAILBOX_FRAMES, Feed
from camerad.frames.picture import Jpeg

LINGER_S = 0.03


class Producer:
    """A camera that gives what the test gives, and remembers what was asked of it."""

    def __init__(self):
        self.asked = []
        self.publish = None

    def start(self, publish):
        self.asked.append("start")
        self.publish = publish

    def stop(self):
        self.asked.append("stop")


@pytest.fixture
def producer():
    return Producer()


@pytest.fixture
def feed(producer):
    feed = Feed(3, producer, LINGER_S)
    yield feed
    feed.close()


def picture(number=0):
    return Jpeg(b"%d" % number, 8, 8)


async def delivered():
    """Let the event loop take what was published in its own thread."""
    await asyncio.sleep(0)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.002)


async def test_a_frame_reaches_every_consumer(feed, producer):
    first, second = [], []
    with feed.subscribed(first.append), feed.subscribed(second.append):
        assert feed.consumers == 2
        producer.publish(picture(), 12.5)
        await delivered()
    assert first == second == [feed.latest]
    frame = feed.latest
    assert (frame.camera, frame.number, frame.captured_at_s) == (3, 1, 12.5)
    assert frame.picture.data == b"0"


async def test_the_camera_runs_once_for_all_consumers(feed, producer):
    assert producer.asked == []
    with feed.subscribed(lambda _: None), feed.subscribed(print):
        assert producer.asked == ["start"]
    assert producer.asked == ["start"]
    await until(lambda: not feed.wanted)
    assert producer.asked == ["start", "stop"]


async def test_who_comes_back_in_time_finds_the_camera_running(feed, producer):
    for _ in range(5):
        with feed.subscribed(print):
            await asyncio.sleep(LINGER_S / 4)
        assert feed.wanted
        await asyncio.sleep(LINGER_S / 4)
    assert producer.asked == ["start"]


async def test_the_end_of_demand_does_not_wait_for_a_consumer_that_came_back(feed, producer):
    with feed.subscribed(print):
        pass
    with feed.subscribed(print):
        await asyncio.sleep(3 * LINGER_S)
        assert producer.asked == ["start"]


async def test_a_consumer_that_fails_is_gone(feed, producer):
    def look():
        with feed.subscribed(print):
            raise KeyError

    with pytest.raises(KeyError):
        look()
    assert feed.consumers == 0
    await until(lambda: not feed.wanted)
    assert producer.asked == ["start", "stop"]


async def test_a_consumer_may_leave_when_it_has_what_it_wants(feed, producer):
    others = []

    def take(_frame):
        subscription.__exit__(None, None, None)

    subscription = feed.subscribed(take)
    subscription.__enter__()
    with feed.subscribed(others.append):
        producer.publish(picture(), 1.0)
        producer.publish(picture(), 2.0)
        await delivered()
    assert len(others) == 2


async def test_no_frame_follows_the_end_of_demand(feed, producer):
    seen = []
    with feed.subscribed(seen.append):
        producer.publish(picture(), 1.0)
        await delivered()
    await until(lambda: not feed.wanted)
    producer.publish(picture(), 2.0)
    await delivered()
    assert len(seen) == feed.published == 1
    assert feed.latest is None


async def test_a_frame_on_its_way_is_lost_with_the_demand(feed, producer):
    with feed.subscribed(print):
        pass
    feed._end_demand()
    producer.publish(picture(), 1.0)
    await delivered()
    assert feed.latest is None


async def test_a_busy_loop_gets_the_newest_frames(feed, producer):
    seen = []
    with feed.subscribed(seen.append):
        for number in range(MAILBOX_FRAMES + 3):
            producer.publish(picture(number), float(number))
        await delivered()
    assert [frame.picture.data for frame in seen] == [b"3", b"4", b"5", b"6"]
    assert [frame.number for frame in seen] == [1, 2, 3, 4]
    assert feed.overrun == 3


async def test_many_frames_at_once_wake_the_loop_once(feed, producer, monkeypatch):
    woken = []
    with feed.subscribed(print):
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "call_soon_threadsafe", woken.append)
        for _ in range(3):
            producer.publish(picture(), 1.0)
    assert len(woken) == 1


async def test_frames_of_a_real_thread_arrive_whole_and_in_order(feed, producer):
    seen = []
    total = 500

    def capture():
        for number in range(total):
            producer.publish(picture(number), float(number))

    with feed.subscribed(seen.append):
        thread = threading.Thread(target=capture)
        thread.start()
        await until(lambda: feed.published + feed.overrun == total)
        thread.join()
    numbers = [int(frame.picture.data) for frame in seen]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == total - 1
    assert [frame.number for frame in seen] == list(range(1, len(seen) + 1))


def test_a_frame_without_any_loop_is_dropped(feed):
    feed.publish(picture(), 1.0)
    assert feed.latest is None


async def test_a_consumer_may_leave_after_the_close(feed):
    with feed.subscribed(print):
        feed.close()
    assert feed.consumers == 0


async def test_after_close_the_camera_is_left_to_the_daemon(feed, producer):
    with feed.subscribed(print):
        pass
    feed.close()
    producer.publish(picture(), 1.0)
    await asyncio.sleep(2 * LINGER_S)
    assert producer.asked == ["start"]
    assert feed.latest is None


class TestNextFrame:
    async def test_waits_for_one_captured_after_the_instant(self, feed, producer):
        waiting = asyncio.ensure_future(feed.next_frame(10.0))
        await delivered()
        for captured_at_s in (9.0, 10.0, 10.1, 10.2):
            producer.publish(picture(), captured_at_s)
        frame = await waiting
        assert frame.captured_at_s == 10.1
        assert feed.consumers == 0

    async def test_takes_the_newest_if_it_is_new_enough(self, feed, producer):
        with feed.subscribed(print):
            producer.publish(picture(), 10.0)
            await delivered()
            assert await feed.next_frame(9.9) is feed.latest

    async def test_cancelled_it_leaves_nobody_behind(self, feed, producer):
        waiting = asyncio.ensure_future(feed.next_frame(0.0))
        await delivered()
        assert feed.consumers == 1
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert feed.consumers == 0
        await until(lambda: producer.asked == ["start", "stop"])


async def test_a_tap_gets_every_picture_at_once(feed):
    taken = []
    with feed.tapped(lambda picture, captured_at_s: taken.append((picture, captured_at_s))):
        for number in range(3 * MAILBOX_FRAMES):
            feed.publish(number, float(number))
        assert taken == [(number, float(number)) for number in range(3 * MAILBOX_FRAMES)]
        assert feed.wanted
    feed.publish(99, 99.0)
    assert len(taken) == 3 * MAILBOX_FRAMES


async def test_who_taps_alone_does_not_trouble_the_event_loop(feed, producer):
    tapped = []
    with feed.tapped(lambda picture, at_s: tapped.append((picture, at_s))):
        assert producer.asked == ["start"]
        producer.publish(picture(), 1.0)
        await delivered()
        assert (len(tapped), feed.published, feed.latest) == (1, 0, None)
        with feed.subscribed(print):
            producer.publish(picture(), 2.0)
            await delivered()
        assert feed.latest is not None
        # A moment after the last has looked, there is no newest frame, which would grow old.
        await until(lambda: feed.latest is None)
        assert feed.wanted
        assert producer.asked == ["start"]
    await until(lambda: not feed.wanted)
    assert producer.asked == ["start", "stop"]
