"""The search for frames that no index tells of yet."""

from typing import Final

from msgspec import Struct

from camerad.recording.avi import Riff
from camerad.recording.disk import Disk
from camerad.recording.index import VIDEO, Run
from camerad.recording.riff import CHUNK, LIST, padded

MAX_FRAME_BYTES: Final = 64 << 20
_PASSED: Final = frozenset({b"ix00", b"JUNK", b"idx1"})
_SOI: Final = b"\xff\xd8"
_EOI: Final = b"\xff\xd9"
_UNWRITTEN: Final = bytes(512)
"""What a sector reads as that was given to a file, but never written. Huffman's codes give no such
row of zeros, and a camera that pads its header so loses no more than the last moment.
"""


class RiffExtent(Struct, frozen=True):
    """How far a RIFF goes, by its own word."""

    movi_end: int
    end: int
    has_idx1: bool


class Scan(Struct):
    """What was found: frames, and where the last of them ends."""

    riff: Riff
    end: int
    frames: Run


def riff_at(disk: Disk, start: int) -> RiffExtent | None:
    """The RIFF that begins there; None if there is none."""
    riff = Riff.at(start)
    head = disk.read(start, LIST.size)
    movi = disk.read(riff.movi - CHUNK.size, LIST.size)
    if len(head) < LIST.size or len(movi) < LIST.size:
        return None
    fourcc, size, kind = LIST.unpack(head)
    list_fourcc, movi_size, list_kind = LIST.unpack(movi)
    expected = b"AVI " if riff.is_first else b"AVIX"
    if (fourcc, kind, list_fourcc, list_kind) != (b"RIFF", expected, b"LIST", b"movi"):
        return None
    movi_end, end = riff.movi + movi_size, start + CHUNK.size + size
    old = disk.read(movi_end, CHUNK.size)
    fills = len(old) == CHUNK.size and CHUNK.unpack(old) == (b"idx1", end - movi_end - CHUNK.size)
    return RiffExtent(movi_end, end, fills)


def scan(disk: Disk, riff: Riff, start: int) -> Scan:
    """All whole frames from there on, up to the first thing that is not as it should be."""
    found = Scan(riff, start, Run())
    place = start
    while len(head := disk.read(place, CHUNK.size)) == CHUNK.size:
        fourcc, size = CHUNK.unpack(head)
        behind = place + CHUNK.size + padded(size)
        if fourcc == VIDEO and _is_frame(disk, place + CHUNK.size, size):
            found.riff, found.end = riff, behind
            found.frames.add(place + CHUNK.size - riff.start, size)
        elif fourcc == b"RIFF" and not found.frames and riff_at(disk, place):
            # Before a RIFF is begun, the one before it is safe with all its frames.
            riff = Riff.at(place)
            behind = riff.movi + 4
        elif fourcc not in _PASSED:
            break
        place = behind
    return found


def _is_frame(disk: Disk, start: int, size: int) -> bool:
    if size == 0:
        return True
    if size > MAX_FRAME_BYTES or size < len(_SOI + _EOI):
        return False
    data = disk.read(start, padded(size))
    whole = len(data) == padded(size) and data.startswith(_SOI) and data[:size].endswith(_EOI)
    return whole and _UNWRITTEN not in data
