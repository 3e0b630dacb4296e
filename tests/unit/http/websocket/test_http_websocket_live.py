"""Pictures for credit."""

import asyncio
from contextlib import contextmanager

import pytest
from websocket_doubles import Conversation, settle

from camerad.config.schema import Limits
from camerad.frames.picture import Jpeg
from camerad.http.limits import Limiter
from camerad.http.websocket.live import MAX_CREDIT, LiveSession
from camerad.http.websocket.refusals import MAX_REFUSED
from camerad.stream.part import part_of
from camerad.stream.traffic import Traffic


class Broadcast:
    """Offers what a test shows; like the real one, it offers the newest to who joins."""

    def __init__(self):
        self.sinks = []
        self.newest = None

    def show(self, *pictures):
        for picture in pictures:
            self.newest = part_of(Jpeg(picture, 8, 8), 0.0, 0)
            for sink in self.sinks:
                sink(self.newest)

    @contextmanager
    def joined(self, sink):
        self.sinks.append(sink)
        if self.newest is not None:
            sink(self.newest)
        try:
            yield
        finally:
            self.sinks.remove(sink)


class Viewing:
    """A client that looks at a broadcast."""

    def __init__(self):
        self.socket = Conversation()
        self.broadcast = Broadcast()
        self.limits = Limits(enabled=False)
        self.traffic = Traffic()

    async def run(self):
        limiter = Limiter(lambda: self.limits, clock=lambda: 0.0)
        await LiveSession(self.socket, self.broadcast, limiter, self.traffic).run()

    async def grant(self, frames):
        self.socket.say({"type": "credit", "frames": frames})
        await settle()

    async def show(self, *pictures):
        """One after the other, each with the time to be sent."""
        for picture in pictures:
            self.broadcast.show(picture)
            await settle()


@pytest.fixture
async def viewing():
    viewing = Viewing()
    session = asyncio.ensure_future(viewing.run())
    await settle()
    yield viewing
    viewing.socket.writable.set()
    viewing.socket.leave()
    await asyncio.wait_for(session, 5)
    assert viewing.broadcast.sinks == []


async def test_nothing_is_wanted_of_the_camera_without_credit(viewing):
    assert viewing.broadcast.sinks == []
    await viewing.show(b"1")
    assert viewing.socket.sent == []


async def test_as_many_pictures_as_credit_and_not_one_more(viewing):
    await viewing.grant(3)
    await viewing.show(b"1", b"2", b"3", b"4", b"5")
    assert viewing.socket.sent == [b"1", b"2", b"3"]
    assert viewing.broadcast.sinks == []
    await viewing.grant(2)
    await viewing.show(b"6", b"7", b"8")
    assert viewing.socket.sent == [b"1", b"2", b"3", b"5", b"6"]


async def test_credit_adds_up(viewing):
    for frames in (1, 2, 3):
        await viewing.grant(frames)
    await viewing.show(*[bytes([number]) for number in range(10)])
    assert len(viewing.socket.sent) == 6


async def test_credit_is_bounded(viewing):
    for _ in range(3):
        await viewing.grant(MAX_CREDIT)
    for number in range(MAX_CREDIT + 5):
        viewing.broadcast.show(b"%d" % number)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await settle()
    assert len(viewing.socket.sent) == MAX_CREDIT


async def test_a_slow_client_gets_the_newest(viewing):
    await viewing.grant(10)
    viewing.socket.writable.clear()
    await viewing.show(b"1", b"2", b"3", b"4")
    viewing.socket.writable.set()
    await settle()
    assert viewing.socket.sent == [b"1", b"4"]
    assert viewing.traffic == Traffic(sent_bytes=2, sent_parts=2, skipped_parts=2)


async def test_no_picture_is_sent_twice(viewing):
    await viewing.grant(1)
    await viewing.show(b"1")
    await viewing.grant(1)
    assert viewing.socket.sent == [b"1"]
    await viewing.show(b"2")
    assert viewing.socket.sent == [b"1", b"2"]


async def test_a_picture_that_came_without_credit_is_not_sent_late(viewing):
    await viewing.grant(1)
    viewing.socket.writable.clear()
    await viewing.show(b"1", b"2")  # the second comes while the first is on its way
    viewing.socket.writable.set()
    await settle()
    viewing.broadcast.newest = None
    await viewing.grant(1)
    assert viewing.socket.sent == [b"1"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "INVALID_REQUEST"),
        ('{"type": "credit"}', "INVALID_REQUEST"),
        ('{"type": "credit", "frames": 0}', "INVALID_REQUEST"),
        ('{"type": "credit", "frames": -1}', "INVALID_REQUEST"),
        ('{"type": "credit", "frames": 1.5}', "INVALID_REQUEST"),
        ('{"type": "credit", "frames": true}', "INVALID_REQUEST"),
        (f'{{"type": "credit", "frames": {MAX_CREDIT + 1}}}', "INVALID_REQUEST"),
        ('{"type": "get_state"}', "INVALID_REQUEST"),
        (b"\x01", "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_what_is_no_credit_is_told(viewing, message, code):
    viewing.socket.say(message)
    await settle()
    assert [error["error"]["code"] for error in viewing.socket.sent] == [code]
    assert viewing.broadcast.sinks == []


async def test_who_goes_on_is_sent_away(viewing):
    viewing.socket.say(*["{"] * (MAX_REFUSED + 1))
    await settle()
    assert viewing.socket.closed_with == 1008


async def test_credit_in_crumbs_is_too_fast(viewing):
    viewing.limits = Limits(api=10)
    for _ in range(12):
        await viewing.grant(1)
    assert [error["error"]["code"] for error in viewing.socket.sent] == ["RATE_LIMITED"] * 2
