"""Takes the pictures of a source that streams, and counts what became of every frame."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from camerad.capture.source import BrokenFrame, RawFrame, Source
from camerad.capture.status import Counters

logger = logging.getLogger(__name__)

P = TypeVar("P")
Unpack = Callable[[memoryview], P]
Taken = tuple[P, float]
"""A picture, and when it was captured: CLOCK_MONOTONIC, seconds."""


class Taker(Generic[P]):
    """Serves one stream, from its start to its end."""

    def __init__(self, source: Source, counters: Counters, unpack: Unpack[P]) -> None:
        self._source = source
        self._counters = counters
        self._unpack = unpack
        self._sequence: int | None = None

    def take(self, timeout_s: float) -> Taken[P] | None:
        """The next picture; ``None`` if no frame comes, the wait is ended or the frame is bad."""
        with self._source.dequeue(timeout_s) as raw:
            if raw is None:
                return None
            self._count_gap(raw.sequence)
            picture = self._picture(raw)
        return None if picture is None else (picture, raw.captured_at_s)

    def _count_gap(self, sequence: int) -> None:
        if self._sequence is not None and sequence > self._sequence + 1:
            self._counters.dropped += sequence - self._sequence - 1
        self._sequence = sequence

    def _picture(self, raw: RawFrame) -> P | None:
        """Take the picture out of the buffer, or count that there is none."""
        if raw.flag is None:
            try:
                picture = self._unpack(raw.data)
            except BrokenFrame as broken:
                logger.debug("%s: frame %d: %s", self._source.device, raw.sequence, broken)
            else:
                self._counters.frames += 1
                return picture
        self._counters.broken += 1
        return None
