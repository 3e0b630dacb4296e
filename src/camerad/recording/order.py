"""What a client asks of a recording."""

from typing import Final, Literal

from msgspec import Struct

WORDS: Final = {"low": 60, "medium": 75, "high": 90}

Quality = Literal["low", "medium", "high"] | int


class Order(Struct, frozen=True):
    """What is left open the configuration, or the camera, tells."""

    filename: str | None = None
    duration_s: float | None = None
    quality: Quality | None = None
    resolution: str | None = None
    fps: float | None = None
    interval_s: float | None = None
    preroll_s: float | None = None


def jpeg_quality(quality: Quality) -> int | None:
    """A camera's own JPEG is as good as it gets: ``high`` is None, and leaves it alone."""
    if isinstance(quality, int):
        return quality
    return None if quality == "high" else WORDS[quality]
