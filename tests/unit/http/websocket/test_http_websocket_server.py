"""The protocol and its bounds; a client by the book is at the other end."""

import asyncio

import pytest
from websocket_doubles import Peer, settle
from websockets.frames import Opcode

from camerad.http.websocket import server
from camerad.http.websocket.server import MAX_PARTIAL_FRAMES, MAX_WAITING
from camerad.http.websocket.socket import MAX_MESSAGE_BYTES, Closed


@pytest.fixture
async def peer():
    return Peer()


@pytest.fixture
def later(monkeypatch):
    """Lets time pass for the socket, without waiting."""

    def pass_s(seconds):
        loop = asyncio.get_running_loop()
        then_s = loop.time() + seconds
        monkeypatch.setattr(loop, "time", lambda: then_s)

    return pass_s


async def received(peer):
    async with asyncio.timeout(5):
        return await peer.socket.receive()


@pytest.mark.parametrize("message", ["größer", b"\x00\xff", "", b"", "x" * MAX_MESSAGE_BYTES])
async def test_messages_arrive_as_they_were_sent(peer, message):
    peer.send(message)
    assert await received(peer) == message


async def test_messages_arrive_in_their_order(peer):
    peer.send("1", b"2", "3")
    assert [await received(peer) for _ in range(3)] == ["1", b"2", "3"]


async def test_fragments_are_put_together_even_within_a_character(peer):
    ae = "ä".encode()
    peer.protocol.send_text(ae[:1], fin=False)
    peer.protocol.send_ping(b"between")
    peer.protocol.send_continuation(ae[1:], fin=True)
    peer.flush()
    assert await received(peer) == "ä"


async def test_bytes_may_come_one_by_one(peer):
    peer.protocol.send_text(b"slowly")
    for byte in b"".join(peer.protocol.data_to_send()):
        peer.socket.data_received(bytes([byte]))
    assert await received(peer) == "slowly"


async def test_what_is_sent_arrives(peer):
    await peer.socket.send_text(b"text")
    await peer.socket.send_binary(b"binary")
    frames = [(frame.opcode, bytes(frame.data)) for frame in peer.frames()]
    assert frames == [(Opcode.TEXT, b"text"), (Opcode.BINARY, b"binary")]


async def test_a_ping_is_answered(peer):
    peer.protocol.send_ping(b"hello")
    peer.flush()
    assert [(f.opcode, bytes(f.data)) for f in peer.frames()] == [(Opcode.PONG, b"hello")]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x82\0\0\0\0\xff\xff", 1007),
        (b"\x82\xff" + (MAX_MESSAGE_BYTES + 1).to_bytes(8, "big"), 1009),
        (b"\x81\x05hello", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x89\xfe\x00\x7e\0\0\0\0" + bytes(126), 1002),
    ],
    ids=["no UTF-8", "too large", "unmasked", "opcode", "continuation", "compressed", "long ping"],
)
async def test_what_breaks_the_protocol_ends_it(peer, frame, code):
    peer.socket.data_received(frame)
    assert peer.closed_with == code
    with pytest.raises(Closed):
        await received(peer)
    with pytest.raises(Closed):
        await peer.socket.send_text(b"too late")


async def test_a_message_is_too_large_also_in_fragments(peer):
    half = bytes(MAX_MESSAGE_BYTES // 2)
    peer.protocol.send_binary(half, fin=False)
    peer.protocol.send_continuation(half, fin=False)
    peer.protocol.send_continuation(b"\0", fin=True)
    peer.flush()
    assert peer.closed_with == 1009


async def test_a_flood_of_pings_ends_it(peer):
    for _ in range(MAX_PARTIAL_FRAMES + 1):
        peer.protocol.send_ping(b"")
    peer.flush()
    assert peer.closed_with == 1008


async def test_a_flood_of_fragments_ends_it(peer):
    peer.protocol.send_text(b"", fin=False)
    for _ in range(MAX_PARTIAL_FRAMES):
        peer.protocol.send_continuation(b"", fin=False)
    peer.flush()
    assert peer.closed_with == 1008


async def test_many_messages_are_no_flood(peer):
    for _ in range(2 * MAX_PARTIAL_FRAMES):
        peer.send("x")
        await received(peer)
    assert peer.closed_with is None


async def test_many_pings_over_time_are_no_flood(peer):
    for _ in range(3):
        for _ in range(MAX_PARTIAL_FRAMES):
            peer.protocol.send_ping(b"")
        peer.flush()
        peer.frames()
        peer.socket.keep_alive()
    assert peer.closed_with is None


async def test_no_more_is_read_while_messages_wait(peer):
    peer.send(*["x"] * (MAX_WAITING - 1))
    assert peer.transport.reading
    peer.send("x")
    assert not peer.transport.reading
    await received(peer)
    assert peer.transport.reading


async def test_nothing_is_read_from_who_takes_nothing(peer):
    peer.socket.pause_writing()
    assert not peer.transport.reading
    peer.socket.resume_writing()
    assert peer.transport.reading


async def test_who_sends_waits_until_the_client_takes_it(peer):
    peer.socket.pause_writing()
    sending = asyncio.ensure_future(peer.socket.send_text(b"x"))
    await settle()
    assert not sending.done()
    peer.socket.resume_writing()
    await asyncio.wait_for(sending, 5)


async def test_who_takes_nothing_is_cut_off():
    peer = Peer(stalled_after_s=0.01)
    peer.transport.waiting_bytes = 100_000
    peer.socket.pause_writing()
    sending = asyncio.ensure_future(peer.socket.send_text(b"x"))
    with pytest.raises(Closed):
        await asyncio.wait_for(sending, 5)
    assert peer.transport.aborted


async def test_who_takes_a_little_at_a_time_is_not_cut_off():
    peer = Peer(stalled_after_s=0.4)
    peer.transport.waiting_bytes = 100_000
    peer.socket.pause_writing()
    for _ in range(20):
        peer.transport.waiting_bytes -= 1000
        await asyncio.sleep(0.03)  # with room for a busy machine
    assert not peer.transport.aborted
    peer.socket.resume_writing()
    await asyncio.sleep(0.5)
    assert not peer.transport.aborted


async def test_who_is_silent_is_asked_and_then_cut_off(peer, later):
    later(server.PING_AFTER_S - 1)
    peer.socket.keep_alive()
    assert peer.frames() == []
    later(2)
    for _ in range(3):
        peer.socket.keep_alive()
    assert [frame.opcode for frame in peer.frames()] == [Opcode.PING]
    later(server.PONG_WITHIN_S)
    peer.socket.keep_alive()
    assert peer.transport.aborted
    with pytest.raises(Closed):
        await received(peer)


async def test_who_answers_pings_stays(peer, later):
    for _ in range(3):
        later(server.PING_AFTER_S + 1)
        peer.socket.keep_alive()
        assert [frame.opcode for frame in peer.frames()] == [Opcode.PING]
        peer.flush()
    assert not peer.transport.aborted


async def test_a_client_may_leave(peer):
    peer.send("last words")
    peer.protocol.send_close(1000)
    peer.flush()
    assert peer.closed_with == 1000
    assert await received(peer) == "last words"
    with pytest.raises(Closed):
        await received(peer)


async def test_who_is_waited_for_and_leaves(peer):
    receiving = asyncio.ensure_future(peer.socket.receive())
    await settle()
    peer.socket.connection_lost()
    with pytest.raises(Closed):
        await asyncio.wait_for(receiving, 5)


async def test_closing_waits_until_the_client_has_left(peer):
    closing = asyncio.ensure_future(peer.socket.close(1001, "The device stops"))
    await settle()
    assert peer.closed_with == 1001
    assert not peer.transport.eof_written
    peer.flush()
    assert peer.transport.eof_written
    await settle()
    assert not closing.done()
    peer.socket.connection_lost()
    await asyncio.wait_for(closing, 0.2)


async def test_what_comes_after_the_end_is_thrown_away(peer):
    """It must be read all the same: the goodbye would be lost if the connection were reset."""
    peer.socket.data_received(b"\x83\x80\0\0\0\0")
    for _ in range(100):
        peer.socket.data_received(bytes(100_000))
    assert peer.transport.reading
    assert peer.transport.eof_written
    assert peer.closed_with == 1002


async def test_closing_does_not_wait_for_ever(peer, monkeypatch):
    monkeypatch.setattr(server, "GOODBYE_WITHIN_S", 0.01)
    peer.send("unheard")
    await asyncio.wait_for(peer.socket.close(1000), 5)
    with pytest.raises(Closed):
        await received(peer)
    await peer.socket.close(1000)


async def test_what_a_client_sends_after_our_goodbye_is_not_heard(peer, monkeypatch):
    monkeypatch.setattr(server, "GOODBYE_WITHIN_S", 0.01)
    closing = asyncio.ensure_future(peer.socket.close(1008))
    await settle()
    peer.send("more")
    await closing
    with pytest.raises(Closed):
        await received(peer)
