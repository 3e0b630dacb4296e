import socket
import time

import pytest

from camerad.clock import epoch_of
from camerad.frames.picture import Jpeg
from camerad.stream.part import BOUNDARY, CONTENT_TYPE, PREAMBLE, part_of


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_part_is_head_picture_and_the_boundary_of_the_next():
    captured_at_s = time.monotonic() - 5
    part = part_of(Jpeg(b"JPEG", 8, 8), captured_at_s, 42)
    whole = b"".join(part.pieces)
    assert part.size_bytes == len(whole)
    head, _, rest = whole.partition(b"\r\n\r\n")
    lines = dict(line.split(": ") for line in head.decode().split("\r\n"))
    stamp = float(lines.pop("X-Timestamp"))
    assert stamp == pytest.approx(epoch_of(captured_at_s), abs=0.01)
    assert lines == {"Content-Type": "image/jpeg", "Content-Length": "4", "X-Sequence": "42"}
    assert rest == b"JPEG\r\n--" + BOUNDARY.encode() + b"\r\n"
    assert rest.endswith(b"\r\n" + PREAMBLE)
    assert CONTENT_TYPE.endswith(f"boundary={BOUNDARY}")


def test_the_picture_is_not_copied():
    data = b"JPEG" * 1000
    assert part_of(Jpeg(data, 8, 8), 0.0, 1).pieces[1] is data


def test_it_goes_on_from_every_byte(pair):
    ours, theirs = pair
    part = part_of(Jpeg(bytes(range(100)), 8, 8), time.monotonic(), 1)
    whole = b"".join(part.pieces)
    for offset in range(part.size_bytes):
        assert part.send(ours, offset) == len(whole) - offset
        assert theirs.recv(4096) == whole[offset:]
