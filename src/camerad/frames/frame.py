"""One captured picture with its place in time."""

import asyncio
from dataclasses import dataclass, field

from camerad.frames.picture import Jpeg, Picture


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Shared by all who look at it, therefore never changed."""

    camera: int
    number: int
    """Counts the camera's frames since the daemon started; never starts again."""
    captured_at_s: float
    """CLOCK_MONOTONIC, seconds: when the driver had the frame."""
    picture: Picture
    encodings: "dict[int, asyncio.Future[Jpeg]]" = field(default_factory=dict, repr=False)
    """By JPEG quality: what was asked of this frame so far. It lives and dies with the frame."""
