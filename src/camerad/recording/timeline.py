"""When frames were captured, as places in a film of a constant rate."""

from fractions import Fraction
from functools import lru_cache

_LATE = 0.75
_EARLY = 1.0
"""In frames. Together they are more than one, so that jitter does not make a film stutter: what
was held back by it comes early for a while."""
_MAX_DRIFT = 0.01


@lru_cache(maxsize=8)
def film_rate(fps: float) -> Fraction:
    """A rate as films state it: 29.97 is 30000/1001."""
    return Fraction(fps).limit_denominator(1001)


class Timeline:
    """Says how often the last frame has to be repeated, so that each stands at its time.

    A camera's clock may be a little faster than it says. Its frames are then all kept, and the
    rate of the film is corrected instead.
    """

    def __init__(self, rate_fps: Fraction) -> None:
        self.rate_fps = rate_fps
        self._fastest_fps = rate_fps * Fraction(1 + _MAX_DRIFT).limit_denominator(1000)
        self._begin_s: float | None = None
        self._frames = 0

    def place(self, captured_at_s: float) -> int | None:
        """How many repetitions go before a frame; None if there is no place for it at all."""
        if self._begin_s is None:
            self._begin_s = captured_at_s
        late = (captured_at_s - self._begin_s) * float(self.rate_fps) - self._frames
        if late < -_EARLY and not self._speed_up(captured_at_s - self._begin_s):
            return None
        missing = round(late) if late > _LATE else 0
        self._frames += missing + 1
        return missing

    def missing_until(self, now_s: float) -> int:
        """How many repetitions fill the time from the last frame to an instant."""
        if self._begin_s is None:
            return 0
        missing = max(0, int((now_s - self._begin_s) * self.rate_fps) - self._frames)
        self._frames += missing
        return missing

    def _speed_up(self, elapsed_s: float) -> bool:
        """Make all frames so far, and one more, fit into the time; false if that is too fast."""
        if elapsed_s <= 0:
            return False
        rate_fps = Fraction(round(self._frames / elapsed_s * 1_000_000), 1_000_000)
        if rate_fps > self._fastest_fps:
            return False
        self.rate_fps = rate_fps
        return True
