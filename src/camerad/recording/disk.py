"""The file that a film is written to, as far as the muxer knows it."""

import os
from typing import Protocol


class Disk(Protocol):
    """Bytes by their place. Every call blocks, and raises ``OSError``."""

    def size(self) -> int:
        """Where the file ends."""

    def read(self, offset: int, size_bytes: int) -> bytes:
        """What stands there; less than asked only at the end of the file."""

    def write(self, offset: int, *parts: bytes) -> None:
        """Write all parts one behind the other; after an error any of it may have been written."""

    def truncate(self, size_bytes: int) -> None:
        """End the file there."""

    def sync(self) -> None:
        """Return when all that was written before would survive a power cut."""


class FileDisk:
    """Implements ``Disk`` with an open file, which belongs to whoever opened it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def read(self, offset: int, size_bytes: int) -> bytes:
        pieces = []
        while size_bytes and (piece := os.pread(self._descriptor, size_bytes, offset)):
            pieces.append(piece)
            offset += len(piece)
            size_bytes -= len(piece)
        return b"".join(pieces)

    def write(self, offset: int, *parts: bytes) -> None:
        total = sum(map(len, parts))
        written = os.pwritev(self._descriptor, parts, offset)
        if written < total:
            self._write_rest(offset + written, memoryview(b"".join(parts))[written:])

    def _write_rest(self, offset: int, rest: memoryview) -> None:
        while rest:
            written = os.pwrite(self._descriptor, rest, offset)
            offset += written
            rest = rest[written:]

    def truncate(self, size_bytes: int) -> None:
        os.ftruncate(self._descriptor, size_bytes)

    def sync(self) -> None:
        os.fdatasync(self._descriptor)
