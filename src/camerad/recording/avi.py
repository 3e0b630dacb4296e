"""A Motion-JPEG film as AVI 2.0 (OpenDML), of which a cut of the power costs only the last moment.

Frames are appended, and from time to time, at a checkpoint, an index of them is appended too; once
both are safe on the disk, the header is made to tell of them. What the header tells of is thus
always there. Frames behind that are found again by ``repair``.

The super index has one slot for each ``ix00``. A checkpoint does not take a new slot: its index
covers all frames of the open one, and takes the place of the one before, which becomes JUNK.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, structs

from camerad.recording.disk import Disk
from camerad.recording.header import (
    HEADER_BYTES,
    MOVI,
    SLOTS,
    Film,
    Patch,
    Totals,
    set_slot,
    set_totals,
)
from camerad.recording.index import VIDEO, Run, idx1, idx1_size, ix00
from camerad.recording.riff import CHUNK, LIST, padded

RIFF_LIMIT_BYTES: Final = 1 << 30
"""Old readers take sizes for signed, and some add them up."""
SLOT_S: Final = 60
_MIN_SLOT_FRAMES: Final = 1024
_SPARE_SLOTS: Final = 2
_CLOSING_BYTES: Final = 64 << 10
"""For the blocks that a file system fills only in part, and its own tables."""
_EMPTY: Final = CHUNK.pack(VIDEO, 0)
_JUNK: Final = CHUNK.pack(b"JUNK", 0)[:4]


class Riff(Struct, frozen=True):
    """One of the RIFFs that the file is made of."""

    start: int = 0
    movi: int = MOVI
    """Where the FOURCC of its list of frames stands."""

    @classmethod
    def at(cls, start: int) -> "Riff":
        return cls(start, start + 2 * LIST.size - 4) if start else cls()

    @property
    def is_first(self) -> bool:
        return self.start == 0


class Position(Struct):
    """How far a film has come: what a muxer needs to go on with it."""

    end: int = HEADER_BYTES
    riff: Riff = Riff()
    totals: Totals = Totals()
    """``slots`` counts those that are full."""
    slot: Run | None = None
    """The frames of the open slot."""
    first: Run | None = None
    """The frames of the first RIFF, as long as that is open."""
    index_at: int | None = None
    """Where the index of the open slot's frames stands that the header tells of."""


def next_riff() -> bytes:
    """How a further RIFF begins, of no frames yet."""
    return LIST.pack(b"RIFF", LIST.size + 4, b"AVIX") + LIST.pack(b"LIST", 4, b"movi")


class Muxer:
    """Writes one film. Every call blocks, and raises ``OSError``: nothing is then lost but what
    that call should have written.
    """

    def __init__(self, disk: Disk, film: Film, position: Position | None = None) -> None:
        """``disk`` holds the film's header, and what ``position`` says."""
        self._disk = disk
        self._film = film
        position = position or Position(first=Run())
        self._end = position.end
        self._riff = position.riff
        self._totals = position.totals
        self._slot = position.slot or Run()
        self._first = position.first
        self._index_at = position.index_at
        self._slot_frames = max(_MIN_SLOT_FRAMES, round(SLOT_S * film.rate_fps))
        self._safe = self._end, self._totals, len(self._slot)
        self._changed = bool(self._slot)

    @property
    def size_bytes(self) -> int:
        return self._end

    @property
    def frames(self) -> int:
        return self._totals.frames

    @property
    def film(self) -> Film:
        return self._film

    @property
    def unsafe(self) -> bool:
        """Whether there are frames since the last checkpoint."""
        return self._changed

    @property
    def closing_bytes(self) -> int:
        """What ``finish`` will need on the disk at most, after one more frame."""
        return self._indexes_bytes() + _CLOSING_BYTES

    @property
    def full(self) -> bool:
        """Whether the super index has no more room: time for another film."""
        return self._totals.slots >= SLOTS - _SPARE_SLOTS

    def time_as(self, film: Film) -> None:
        """Correct the rate, from the next checkpoint on."""
        self._film = film

    def write(self, jpeg: bytes) -> None:
        """Append a frame."""
        size = len(jpeg)
        self._make_room(CHUNK.size + padded(size))
        self._disk.write(self._end, CHUNK.pack(VIDEO, size), jpeg, bytes(size % 2))
        self._count(size)

    def repeat(self, frames: int) -> None:
        """Let the last frame stand for so many more, by chunks without data, until it is full."""
        while frames and not self.full:
            self._make_room(CHUNK.size)
            count = min(frames, self._slot_frames - len(self._slot))
            self._disk.write(self._end, _EMPTY * count)
            for _ in range(count):
                self._count(0)
            frames -= count

    def checkpoint(self) -> None:
        """Make all frames so far safe."""
        if not self._changed:
            return
        index, index_at = ix00(self._riff.start, self._slot), self._end
        self._disk.write(index_at, index)
        self._end += len(index)
        self._disk.sync()
        entry = set_slot(self._totals.slots, index_at, len(index), len(self._slot))
        self._tell([entry, *self._current_totals(), *self._sizes(self._end)])
        if self._index_at is not None:
            self._disk.write(self._index_at, _JUNK)
        self._index_at = index_at
        self._mark_safe()

    def finish(self) -> None:
        """Complete the file."""
        self.checkpoint()
        self._close_riff()

    def forget(self) -> None:
        """Take back all since the last checkpoint, so that there is room for what ``finish`` still
        has to write.
        """
        self._end, self._totals, length = self._safe
        self._slot.cut(length)
        if self._first is not None:
            self._first.cut(self._totals.frames_in_first_riff)
        self._disk.truncate(self._end)
        self._changed = False

    def _count(self, size: int) -> None:
        offset = self._end + CHUNK.size
        for run in (self._slot, self._first):
            if run is not None:
                run.add(offset - self._riff.start, size)
        self._end = offset + padded(size)
        self._totals = structs.replace(
            self._totals,
            frames=self._totals.frames + 1,
            frames_in_first_riff=self._totals.frames_in_first_riff + self._riff.is_first,
            largest_bytes=max(self._totals.largest_bytes, size),
        )
        self._changed = True

    def _make_room(self, size_bytes: int) -> None:
        """Begin another slot, or another RIFF, if what comes does not fit any more."""
        if len(self._slot) >= self._slot_frames:
            self._close_slot()
        if self._end - self._riff.start + size_bytes + self._indexes_bytes() > RIFF_LIMIT_BYTES:
            self._begin_riff()

    def _indexes_bytes(self) -> int:
        """No less than the indexes that come at the end, if one more frame does."""
        return idx1_size(len(self._slot) + len(self._first or ()) + 4)

    def _close_slot(self) -> None:
        self.checkpoint()
        if not self._slot:
            return
        self._totals = structs.replace(self._totals, slots=self._totals.slots + 1)
        self._slot = Run()
        self._index_at = None
        self._mark_safe()

    def _begin_riff(self) -> None:
        self._close_slot()
        self._close_riff()
        riff = Riff.at(self._end)
        self._disk.write(self._end, next_riff())
        self._riff = riff
        self._end += 2 * LIST.size
        self._mark_safe()

    def _close_riff(self) -> None:
        """Give the first RIFF the index that readers from before OpenDML look for."""
        if self._first is None:
            return
        movi_end = self._end
        index = idx1(self._riff.movi, self._first)
        self._disk.write(movi_end, index)
        self._disk.sync()
        self._end += len(index)
        self._tell(self._sizes(movi_end))
        self._first = None
        self._mark_safe()

    def _current_totals(self) -> list[Patch]:
        return set_totals(self._film, structs.replace(self._totals, slots=self._totals.slots + 1))

    def _sizes(self, movi_end: int) -> list[Patch]:
        """The sizes of the open RIFF, whose list of frames ends there."""
        riff = self._riff
        movi_size, riff_size = movi_end - riff.movi, self._end - riff.start - CHUNK.size
        return [
            Patch(riff.movi - 4, movi_size.to_bytes(4, "little")),
            Patch(riff.start + 4, riff_size.to_bytes(4, "little")),
        ]

    def _tell(self, patches: Sequence[Patch]) -> None:
        for patch in patches:
            self._disk.write(patch.offset, patch.data)
        self._disk.sync()

    def _mark_safe(self) -> None:
        self._safe = self._end, self._totals, len(self._slot)
        self._changed = False
