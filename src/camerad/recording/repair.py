"""Films that a kill or a power cut has left unfinished: found, completed, and none made worse.

What the header tells of is taken as it is. Behind it come frames that were written since the last
checkpoint, perhaps a torn one, and perhaps zeros or garbage, where the disk had begun to write
what it had not finished. The whole frames are kept; the file ends behind the last of them.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from camerad.recording.avi import Muxer, Position, Riff
from camerad.recording.disk import Disk
from camerad.recording.header import (
    HEADER_BYTES,
    REPAIRED,
    Totals,
    agrees,
    read_film,
    read_slots,
    read_totals,
)
from camerad.recording.index import IndexChunk, Run, read_ix00
from camerad.recording.scan import Scan, riff_at, scan

_MAX_INDEX_BYTES: Final = 1 << 24


class Repaired(Struct, frozen=True):
    """What became of a film."""

    frames: int
    found: int
    """How many of them only the search behind the last checkpoint has found."""
    cut_bytes: int
    """What was torn, and is gone."""


class Damaged(Exception):
    """More is wrong than an interruption explains: nothing is touched, so that nothing is lost."""


class _Indexed(Struct, frozen=True):
    """An ``ix00``, and where it ends."""

    index: IndexChunk
    end: int
    offset: int


def was_repaired(disk: Disk) -> bool:
    """Whether a film was once cut off, and completed by ``repair``. Blocks, raises ``OSError``."""
    return disk.read(REPAIRED.offset, len(REPAIRED.data)) == REPAIRED.data


def repair(disk: Disk) -> Repaired | None:
    """Complete a film, and mark it; None if it is complete already, or none of ours. Blocks.

    May be interrupted at any moment and begun again. Raises ``Damaged``, and ``OSError``, above all
    for lack of room: the film is then as good as it was.
    """
    head = disk.read(0, HEADER_BYTES)
    film = read_film(head)
    if film is None or _is_complete(disk, head):
        return None
    known = list(_known_indexes(disk, head))
    if len(known) < read_totals(head).slots - 1:
        raise Damaged("An index in the middle of the file is damaged")
    found = scan(disk, *_trusted_end(known))
    position = _position(known, found)
    size = disk.size()
    disk.truncate(position.end)
    muxer = Muxer(disk, film, position)
    muxer.finish()
    disk.write(REPAIRED.offset, REPAIRED.data)
    disk.sync()
    return Repaired(muxer.frames, len(found.frames), size - position.end)


def _is_complete(disk: Disk, head: bytes) -> bool:
    """Whether the RIFFs fill the file, the first has its old index, and the header tells of all."""
    size, start, last = disk.size(), 0, None
    while start < size:
        last = riff_at(disk, start)
        if last is None or last.end > size or (start == 0 and not last.has_idx1):
            return False
        start = last.end
    slots = read_slots(head, read_totals(head).slots)
    index_end = slots[-1][0] + slots[-1][1] if slots else HEADER_BYTES
    return last is not None and last.movi_end == index_end and agrees(head)


def _known_indexes(disk: Disk, head: bytes) -> Iterator[_Indexed]:
    """The indexes that the super index tells of, as long as they are what it says."""
    end = HEADER_BYTES
    for offset, size_bytes, frames in read_slots(head, read_totals(head).slots):
        if offset < end or size_bytes > _MAX_INDEX_BYTES:
            return
        index = read_ix00(disk.read(offset, size_bytes))
        if index is None or not index.frames or len(index.frames) != frames:
            return
        if index.base + index.frames.end > offset:
            return
        end = offset + size_bytes
        yield _Indexed(index, end, offset)


def _trusted_end(known: list[_Indexed]) -> tuple[Riff, int]:
    """The RIFF to search in, and where to begin."""
    if not known:
        return Riff(), HEADER_BYTES
    return Riff.at(known[-1].index.base), known[-1].end


def _position(known: list[_Indexed], found: Scan) -> Position:
    """Where a muxer has to go on: with the last slot, unless that was in another RIFF."""
    riff = found.riff
    goes_on = bool(known) and known[-1].index.base == riff.start
    totals = _totals(known, found, len(known) - goes_on)
    slot, first, index_at = Run(), None, None
    if goes_on:
        slot.extend(known[-1].index.frames)
        index_at = known[-1].offset
    slot.extend(found.frames)
    if riff.is_first:
        first = Run()
        for each in known:
            first.extend(each.index.frames)
        first.extend(found.frames)
    return Position(found.end, riff, totals, slot, first, index_at)


def _totals(known: list[_Indexed], found: Scan, slots: int) -> Totals:
    runs = [*(each.index for each in known), IndexChunk(found.riff.start, found.frames)]
    sizes = [size for run in runs for _, size in run.frames]
    in_first = sum(len(run.frames) for run in runs if run.base == 0)
    return Totals(len(sizes), in_first, max(sizes, default=0), slots)
