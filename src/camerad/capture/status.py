"""What a camera is doing, and what became of its frames."""

import enum
from collections.abc import Callable

from msgspec import Struct

from camerad.capture.source import CaptureFormat, Control, SupportedMode


class State(enum.Enum):
    """Where a camera is in its life."""

    ABSENT = "absent"
    PROBING = "probing"
    READY = "ready"
    STREAMING = "streaming"
    FAULT = "fault"


class Status(Struct, frozen=True):
    """What a camera is doing. While it is away, what it offers stays as it was known last."""

    state: State
    format: CaptureFormat | None = None
    modes: tuple[SupportedMode, ...] = ()
    fault: str | None = None
    """Why it does not work; while it is tried again, why it did not the last time."""
    controls: tuple[Control, ...] = ()

    @property
    def reason(self) -> str:
        """Why it is in this state, for a person."""
        return self.fault or _REASONS[self.state]


_REASONS = {
    State.ABSENT: "it is not plugged in",
    State.PROBING: "it is being looked for",
    State.READY: "it works, and nobody looks",
    State.STREAMING: "it works, and somebody looks",
    State.FAULT: "it has failed",
}


class Counters(Struct):
    """What happened to the frames of a camera since the start. Written by its thread only."""

    frames: int = 0
    dropped: int = 0
    """By the driver, by the gaps in its sequence: nobody gave a buffer back in time."""
    broken: int = 0
    """Marked in error, too short, or no valid JPEG."""
    faults: int = 0


StatusListener = Callable[[Status, Status], None]
"""Takes the status before and after a change."""
