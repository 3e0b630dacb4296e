"""Probe and commit: how the driver and a camera agree on what is streamed (UVC 1.0, 4.3.1.1)."""

import struct
from dataclasses import dataclass

from uvc.controls import GET_CUR, GET_DEF, GET_INFO, GET_LEN, GET_MAX, GET_MIN
from uvc.descriptors import frame_bytes
from uvc.frames import HEADER_BYTES
from uvc.model import INTERVALS_PER_S, Format, Model, Size

PROBE, COMMIT = 1, 2
LAYOUT = struct.Struct("<HBBIHHHHHII")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is streamed once the driver wants it."""

    fmt: Format
    size: Size
    interval: int

    @property
    def rate(self) -> float:
        """Frames a second."""
        return INTERVALS_PER_S / self.interval


class Negotiation:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._proposal = self._fitting(1, 1, model.intervals[0])
        self.agreed: Agreement | None = None

    def get(self, request: int) -> bytes | None:
        """The answer to a GET request; ``None`` if there is no such request."""
        if request == GET_LEN:
            return LAYOUT.size.to_bytes(2, "little")
        if request == GET_INFO:
            return bytes([3])
        if request in {GET_CUR, GET_MIN, GET_MAX, GET_DEF}:
            return self._proposal
        return None

    def set(self, selector: int, data: bytes) -> bool:
        """Take a wish, and change it to what the camera can do."""
        if selector not in {PROBE, COMMIT} or len(data) != LAYOUT.size:
            return False
        _, format_index, frame_index, interval, *_ = LAYOUT.unpack(data)
        self._proposal = self._fitting(format_index, frame_index, interval)
        if selector == COMMIT:
            self.agreed = self._agreement(self._proposal)
        return True

    def _fitting(self, format_index: int, frame_index: int, interval: int) -> bytes:
        format_index = min(max(format_index, 1), len(self._model.formats))
        fmt = self._model.formats[format_index - 1]
        frame_index = min(max(frame_index, 1), len(fmt.sizes))
        nearest = min(self._model.intervals, key=lambda offered: abs(offered - interval))
        limit = frame_bytes(self._model, fmt, fmt.sizes[frame_index - 1])
        # A payload is a whole frame, and shorter than it may be, so that its end shows.
        return LAYOUT.pack(
            *(1, format_index, frame_index, nearest, 0, 0, 0, 0, 0),
            *(limit, limit + HEADER_BYTES + 1),
        )

    def _agreement(self, proposal: bytes) -> Agreement:
        _, format_index, frame_index, interval, *_ = LAYOUT.unpack(proposal)
        fmt = self._model.formats[format_index - 1]
        return Agreement(fmt, fmt.sizes[frame_index - 1], interval)
