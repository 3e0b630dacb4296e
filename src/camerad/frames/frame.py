"""One captured picture with its place in time."""

import asyncio

from msgspec import Struct, field

from camerad.frames.picture import Jpeg, Picture


class Frame(Struct, frozen=True, eq=False):
    """Shared by all who look at it, therefore never changed."""

    camera: int
    number: int
    """Counts the camera's frames since the daemon started; never starts again."""
    captured_at_s: float
    """CLOCK_MONOTONIC, seconds: when the driver had the frame."""
    picture: Picture
    encodings: "dict[int, asyncio.Future[Jpeg]]" = field(default_factory=dict)
    """By JPEG quality: what was asked of this frame so far. It lives and dies with the frame."""
