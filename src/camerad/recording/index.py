"""The three indexes of an AVI file: ``ix00`` and ``indx`` of OpenDML, ``idx1`` of AVI 1.0.

OpenDML AVI File Format Extensions 1.02 (1996) describes the first two.
"""

import struct
from array import array
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from camerad.recording.riff import CHUNK, chunk

VIDEO: Final = b"00dc"
"""The chunks of the first stream, which is compressed video."""

ENTRY: Final = struct.Struct("<QII")
"""An entry of the super index: where an ``ix00`` begins, its size, and its frames."""

_IX_HEAD = struct.Struct("<HBBI4sQI")
_IX_ENTRY_BYTES = 8
_CHUNKS_INDEXED = 1
_LONGS = 2

_IDX1_ENTRY = struct.Struct("<4sIII")
_IDX1_KEYFRAME = 0x10
_NO_KEYFRAME = 1 << 31
_MAX_ENTRIES = 1 << 20


class Run:
    """Successive frames of one RIFF: where each one's data begins in it, and its size."""

    def __init__(self) -> None:
        self._offsets = array("I")
        self._sizes = array("I")

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._offsets, self._sizes, strict=True)

    def add(self, offset: int, size_bytes: int) -> None:
        self._offsets.append(offset)
        self._sizes.append(size_bytes)

    def extend(self, other: "Run") -> None:
        for offset, size_bytes in other:
            self.add(offset, size_bytes)

    def cut(self, length: int) -> None:
        """Forget all but the first so many."""
        del self._offsets[length:], self._sizes[length:]

    @property
    def end(self) -> int:
        """Where the data of the last frame ends, with its padding."""
        size = self._sizes[-1]
        return self._offsets[-1] + size + size % 2


class IndexChunk(Struct, frozen=True):
    """What an ``ix00`` says."""

    base: int
    """Where the RIFF begins that the frames are in."""
    frames: Run


def ix00(base: int, frames: Run) -> bytes:
    """The standard index of a run. A frame without data repeats the last: it is no key frame."""
    head = _IX_HEAD.pack(_LONGS, 0, _CHUNKS_INDEXED, len(frames), VIDEO, base, 0)
    numbers = [n for offset, size in frames for n in (offset, size or _NO_KEYFRAME)]
    return chunk(b"ix00", head + struct.pack(f"<{len(numbers)}I", *numbers))


def ix00_size(data: bytes) -> int:
    """The bytes of a whole index from its beginning; 0 if it does not begin like one."""
    if len(data) < CHUNK.size + _IX_HEAD.size:
        return 0
    fourcc, size = CHUNK.unpack_from(data)
    _, _, kind, count, chunk_id, _, _ = _IX_HEAD.unpack_from(data, CHUNK.size)
    alike = fourcc == b"ix00" and kind == _CHUNKS_INDEXED and chunk_id == VIDEO
    fitting = count <= _MAX_ENTRIES and size == _IX_HEAD.size + count * _IX_ENTRY_BYTES
    return CHUNK.size + size if alike and fitting else 0


def read_ix00(data: bytes) -> IndexChunk | None:
    """Understand a whole index; None if it is not one."""
    size = ix00_size(data)
    if not size or size != len(data):
        return None
    _, _, _, count, _, base, _ = _IX_HEAD.unpack_from(data, CHUNK.size)
    numbers = struct.unpack_from(f"<{2 * count}I", data, CHUNK.size + _IX_HEAD.size)
    frames = Run()
    for offset, length in zip(numbers[::2], numbers[1::2], strict=True):
        frames.add(offset, length & ~_NO_KEYFRAME)
    return IndexChunk(base, frames)


def idx1(movi: int, frames: Run) -> bytes:
    """The old index of the first RIFF, whose offsets count from the FOURCC at ``movi``."""
    entries = (
        _IDX1_ENTRY.pack(VIDEO, _IDX1_KEYFRAME if size else 0, offset - CHUNK.size - movi, size)
        for offset, size in frames
    )
    return chunk(b"idx1", b"".join(entries))


def idx1_size(frames: int) -> int:
    return CHUNK.size + frames * _IDX1_ENTRY.size
