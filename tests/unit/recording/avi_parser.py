"""A strict reader of AVI 2.0 films, which shares nothing with the code that writes them."""

import struct
from dataclasses import dataclass


@dataclass
class Film:
    width: int
    height: int
    rate: float
    frames: list[bytes]
    """All in order, found by walking; an empty one repeats the last."""
    riffs: int

    @property
    def duration_s(self):
        return len(self.frames) / self.rate


def chunks(data, start, end):
    """FOURCC, offset and size of the data of each chunk; they must fill the space exactly."""
    while start < end:
        fourcc, size = struct.unpack_from("<4sI", data, start)
        assert start + 8 + size <= end, (fourcc, start, size, end)
        yield fourcc, start + 8, size
        if size % 2:
            assert data[start + 8 + size] == 0
        start += 8 + size + size % 2
    assert start == end


def only(found, fourcc):
    matching = [(at, size) for name, at, size in found if name == fourcc]
    assert len(matching) == 1, (fourcc, found)
    return matching[0]


def list_of(data, found, kind):
    matching = [
        (at, size) for name, at, size in found if name == b"LIST" and data[at : at + 4] == kind
    ]
    assert len(matching) == 1, (kind, found)
    at, size = matching[0]
    return list(chunks(data, at + 4, at + size)), at, size


def parse(data, *, finished=True, torn=False):
    """The film; every index, size and count in it must agree. Of one that is not finished, only
    what the header tells of must be right. ``torn``: the FOURCC of an index that is no longer
    needed may be on its way to JUNK, in two sectors, which is for all readers as good as JUNK.
    """
    names = {b"00dc", b"ix00", b"JUNK"} | ({b"JU00", b"ixNK"} if torn else set())
    riffs = list(riffs_of(data, finished))
    top = list(chunks(data, 12, riffs[0][1]))
    hdrl, _, _ = list_of(data, top, b"hdrl")
    strl, _, _ = list_of(data, hdrl, b"strl")
    odml, _, _ = list_of(data, hdrl, b"odml")
    avih = struct.unpack_from("<14I", data, only(hdrl, b"avih")[0])
    strh = struct.unpack_from("<4s4sIHHIIIIIIII4H", data, only(strl, b"strh")[0])
    strf = struct.unpack_from("<IiiHH4sI", data, only(strl, b"strf")[0])
    (total,) = struct.unpack_from("<I", data, only(odml, b"dmlh")[0])
    width, height = avih[8:10]
    assert strh[:2] == (b"vids", b"MJPG")
    assert strf[:6] == (40, width, height, 1, 24, b"MJPG")
    rate = strh[7] / strh[6]
    assert abs(avih[0] - 1e6 / rate) <= 1

    walked, per_riff = [], []
    for start, end in riffs:
        found = list(chunks(data, start + 12, end))
        inside, movi, _ = list_of(data, found, b"movi")
        assert {name for name, _, _ in inside} <= names
        frames = [(at, length) for name, at, length in inside if name == b"00dc"]
        walked += frames
        per_riff.append(len(frames))
        if start == 0 and (finished or len(riffs) > 1):
            check_idx1(data, found, movi, frames)
        if frames:
            assert inside[-1][0] in (b"ix00", b"JUNK")
        assert end - start <= 1 << 30
    assert (avih[4], strh[9], total) == (per_riff[0], len(walked), len(walked))
    assert indexed(data, only(strl, b"indx")) == walked
    largest = max((length for _, length in walked), default=0)
    assert strh[10] == avih[7] == largest
    pictures = [data[at : at + length] for at, length in walked]
    assert all(not p or (p[:2] == b"\xff\xd8" and p[-2:] == b"\xff\xd9") for p in pictures)
    return Film(width, height, rate, pictures, len(riffs))


def riffs_of(data, finished):
    start = 0
    while start < len(data):
        if not finished and start and data[start : start + 4] != b"RIFF":
            return
        fourcc, size, kind = struct.unpack_from("<4sI4s", data, start)
        assert (fourcc, kind) == (b"RIFF", b"AVIX" if start else b"AVI "), start
        end = start + 8 + size
        assert end <= len(data)
        yield start, end
        start = end


def check_idx1(data, found, movi, frames):
    at, size = only(found, b"idx1")
    entries = list(struct.iter_unpack("<4sIII", data[at : at + size]))
    expected = [(b"00dc", 0x10 if n else 0, offset - 8 - movi, n) for offset, n in frames]
    assert entries == expected


def indexed(data, indx):
    """The frames that the super index leads to."""
    at, _ = indx
    longs, sub, kind, count, chunk_id = struct.unpack_from("<HBBI4s", data, at)
    assert (longs, sub, kind, chunk_id) == (4, 0, 0, b"00dc")
    frames = []
    for number in range(count):
        offset, size, length = struct.unpack_from("<QII", data, at + 24 + 16 * number)
        fourcc, inner = struct.unpack_from("<4sI", data, offset)
        assert (fourcc, inner + 8) == (b"ix00", size)
        head = struct.unpack_from("<HBBI4sQI", data, offset + 8)
        assert head[:5] == (2, 0, 1, length, b"00dc")
        for place, n in struct.iter_unpack("<II", data[offset + 32 : offset + size]):
            assert (n >> 31) == (n & 0x7FFFFFFF == 0), "an empty frame is no key frame"
            frames.append((head[5] + place, n & 0x7FFFFFFF))
    return frames
