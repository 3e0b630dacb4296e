"""What a camera is, before it is plugged in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Format:
    """As many frame descriptors as there are sizes."""

    fourcc: str
    """MJPG or YUY2."""
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class Model:
    serial: str
    product: str
    formats: tuple[Format, ...]
    rates: tuple[int, ...]
    """Frames a second, of every size; the first is the default."""
    frame_limit_bytes: int
    """No frame is larger."""

    @property
    def intervals(self) -> tuple[int, ...]:
        """In units of 100 ns, as UVC has them."""
        return tuple(INTERVALS_PER_S // rate for rate in self.rates)


INTERVALS_PER_S = 10_000_000
