"""The parts of a RIFF file: chunks, and lists of chunks. All numbers are little-endian."""

import struct
from typing import Final

CHUNK: Final = struct.Struct("<4sI")
"""What every chunk begins with: its FOURCC, and the size of what follows."""
LIST: Final = struct.Struct("<4sI4s")
"""What a list begins with; its size counts the FOURCC of its kind too."""


def chunk(fourcc: bytes, data: bytes) -> bytes:
    """A whole chunk, padded to an even size, which its size does not count."""
    return CHUNK.pack(fourcc, len(data)) + data + bytes(len(data) % 2)


def listed(kind: bytes, *chunks: bytes) -> bytes:
    data = kind + b"".join(chunks)
    return CHUNK.pack(b"LIST", len(data)) + data


def padded(size_bytes: int) -> int:
    """What a chunk's data takes in the file."""
    return size_bytes + size_bytes % 2
