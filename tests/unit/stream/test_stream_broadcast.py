import asyncio
import time

import pytest

from camerad.capture.camera import State, Status
from camerad.frames.cameras import FedCamera
from camerad.frames.feed import Feed
from camerad.frames.picture import Jpeg
from camerad.stream import broadcast as module
from camerad.stream.broadcast import Broadcast


class Camera:
    """As much of a camera as feeds and broadcasts look at."""

    def __init__(self):
        self.status = Status(State.STREAMING)
        self.running = False
        self.publish = None

    def start(self, publish):
        self.publish = publish
        self.running = True

    def stop(self):
        self.running = False


class Encoder:
    """Passes JPEGs through without a quality; else encodes when the test says so."""

    def __init__(self):
        self.begun = []

    def ready(self, frame, quality):
        return frame.picture if quality is None else None

    def begin(self, frame, quality):
        self.begun.append((frame.number, quality, asyncio.get_running_loop().create_future()))
        return self.begun[-1][2]

    def finish(self, problem=None):
        number, quality, encoding = self.begun[-1]
        if problem:
            encoding.set_exception(problem)
        else:
            encoding.set_result(Jpeg(b"%d at %d" % (number, quality), 8, 8))


@pytest.fixture(autouse=True)
def _fast_placeholder(monkeypatch):
    monkeypatch.setattr(module, "PLACEHOLDER_INTERVAL_S", 0.02)


@pytest.fixture
def camera():
    return Camera()


@pytest.fixture
def encoder():
    return Encoder()


@pytest.fixture
def source(camera):
    feed = Feed(0, camera, linger_s=0)
    yield FedCamera(0, camera, feed)
    feed.close()


@pytest.fixture
def make(source, encoder):
    def make(quality=None):
        return Broadcast(source, encoder, quality, lambda why: Jpeg(why.encode(), 8, 8))

    return make


class Sink(list):
    """Keeps the pictures of the parts that it is offered."""

    __hash__ = object.__hash__

    def __call__(self, part):
        self.append(part.pieces[1].decode())


async def show(camera, number):
    camera.publish(Jpeg(b"%d" % number, 8, 8), time.monotonic())
    await asyncio.sleep(0)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.002)


async def test_passed_through_every_frame_reaches_every_sink(make, camera, encoder):
    broadcast, sinks = make(), [Sink(), Sink()]
    with broadcast.joined(sinks[0]), broadcast.joined(sinks[1]):
        for number in range(10):
            await show(camera, number)
    assert sinks[0] == sinks[1] == [str(number) for number in range(10)]
    assert encoder.begun == []


async def test_all_sinks_share_one_part(make, camera):
    broadcast, parts, others = make(), [], []
    with broadcast.joined(parts.append), broadcast.joined(others.append):
        await show(camera, 1)
    assert parts[0] is others[0]


async def test_who_joins_gets_the_newest_at_once(make, camera):
    broadcast, late = make(), Sink()
    with broadcast.joined(Sink()):
        await show(camera, 1)
        await show(camera, 2)
        with broadcast.joined(late):
            assert late == ["2"]


async def test_the_camera_runs_while_somebody_looks(make, camera, source):
    broadcast = make()
    assert not broadcast.watched
    with broadcast.joined(Sink()):
        with broadcast.joined(Sink()):
            assert source.feed.consumers == 1
        assert camera.running
        assert broadcast.watched
    assert not broadcast.watched
    await until(lambda: not camera.running)


async def test_who_joins_later_sees_no_picture_of_before(make, camera):
    broadcast, late = make(), Sink()
    with broadcast.joined(Sink()):
        await show(camera, 1)
    with broadcast.joined(late):
        assert late == []
        await show(camera, 2)
    assert late == ["2"]


async def test_a_slow_encode_costs_frames_but_no_delay(make, camera, encoder):
    broadcast, sink = make(quality=50), Sink()
    with broadcast.joined(sink):
        for number in range(5):
            await show(camera, number)
        assert len(encoder.begun) == 1
        encoder.finish()
        await until(lambda: len(encoder.begun) == 2)
        encoder.finish()
        await until(lambda: len(sink) == 2)
    assert sink == ["1 at 50", "5 at 50"]


async def test_a_frame_that_cannot_be_encoded_is_left_out(make, camera, encoder, caplog):
    broadcast, sink = make(quality=50), Sink()
    with broadcast.joined(sink):
        await show(camera, 1)
        encoder.finish(ValueError("bad data"))
        await until(lambda: caplog.messages)
        await show(camera, 2)
        encoder.finish()
        await until(lambda: sink)
    assert sink == ["2 at 50"]
    assert caplog.messages == ["Frame 1 could not be encoded: bad data"]


@pytest.mark.parametrize("end", ["result", "error", "cancel"])
async def test_an_encode_that_ends_after_the_last_sink_left_goes_nowhere(
    make, camera, encoder, end
):
    broadcast, sink = make(quality=50), Sink()
    with broadcast.joined(sink):
        await show(camera, 1)
    if end == "cancel":
        encoder.begun[0][2].cancel()
    else:
        encoder.finish(ValueError("bad") if end == "error" else None)
    await asyncio.sleep(0.01)
    assert sink == []
    with broadcast.joined(sink):
        await show(camera, 2)
        encoder.finish()
        await until(lambda: sink)
    assert sink == ["2 at 50"]


async def test_while_the_camera_is_away_the_placeholder_says_why(make, camera):
    sink = Sink()
    with make().joined(sink):
        await show(camera, 1)
        camera.status = Status(State.ABSENT, fault="unplugged")
        started_s = time.monotonic()
        await until(lambda: len(sink) == 4)
        assert time.monotonic() - started_s > 2 * 0.02
        camera.status = Status(State.STREAMING)
        await asyncio.sleep(0.03)
        await show(camera, 2)
    assert sink == ["1", *["unplugged"] * (len(sink) - 2), "2"]


async def test_a_slow_camera_is_not_away(make, camera):
    sink = Sink()
    with make().joined(sink):
        await show(camera, 1)
        await asyncio.sleep(0.1)
    assert sink == ["1"]


async def test_placeholders_have_the_number_of_the_last_frame(make, camera, source):
    parts = []
    with make().joined(parts.append):
        await show(camera, 1)
        camera.status = Status(State.ABSENT, fault="unplugged")
        await until(lambda: len(parts) == 2)
    assert b"X-Sequence: 1\r\n" in parts[1].pieces[0]
    assert source.feed.published == 1


class TestParts:
    async def test_gives_the_newest_only(self, make, camera):
        parts = make().parts()
        taking = asyncio.ensure_future(anext(parts))
        await asyncio.sleep(0)
        for number in range(3):
            camera.publish(Jpeg(b"%d" % number, 8, 8), time.monotonic())
        assert (await taking).pieces[1] == b"2"
        await parts.aclose()

    async def test_leaves_with_the_client(self, make, camera):
        broadcast = make()
        parts = broadcast.parts()
        taking = asyncio.ensure_future(anext(parts))
        await asyncio.sleep(0)
        assert broadcast.watched
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking
        assert not broadcast.watched
        await until(lambda: not camera.running)
