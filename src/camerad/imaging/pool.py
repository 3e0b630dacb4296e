"""Buffers for pictures, used again when nobody looks at the picture any more."""

import weakref
from collections import deque

import numpy as np

from camerad.frames.picture import Bytes


class BufferPool:
    """Lends arrays; takes their memory back when the last reference to the array has gone.

    Every view of a lent array keeps that array alive, so memory is never reused under a reader,
    whichever part of the picture it holds. Pictures may die in any thread, even in a garbage
    collection in the middle of ``allocate``: a lock could deadlock there, the two deque
    operations used here are atomic.
    """

    def __init__(self, spare: int = 4) -> None:
        """Keep at most ``spare`` unused buffers."""
        self._spares: deque[bytearray] = deque(maxlen=spare)

    def allocate(self, size_bytes: int) -> Bytes:
        """A writable one-dimensional array whose content is arbitrary."""
        memory = self._take(size_bytes)
        lent = np.frombuffer(memory, dtype=np.uint8)
        weakref.finalize(lent, self._spares.append, memory).atexit = False
        return lent

    def _take(self, size_bytes: int) -> bytearray:
        """A spare buffer of that size, or a new one; spares of a former size are let go."""
        while True:
            try:
                memory = self._spares.pop()
            except IndexError:
                return bytearray(size_bytes)
            if len(memory) == size_bytes:
                return memory
