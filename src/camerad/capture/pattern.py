"""A camera that needs no device: a moving test picture at an exact rate."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager

from camerad.capture.frame_number import read_frame_number
from camerad.capture.negotiate import negotiate
from camerad.capture.pattern_picture import PatternPicture
from camerad.capture.source import (
    CameraFault,
    CaptureFormat,
    Control,
    Mode,
    RawFrame,
    SupportedMode,
)
from camerad.capture.wakeup import Wakeup

__all__ = ["PatternSource", "can_show", "read_frame_number"]

_SMALLEST = (160, 120)
_LARGEST = (7680, 4320)
_SIZES = ((1920, 1080), (1280, 720), (640, 480), (320, 240))
_RATES_FPS = (60.0, 30.0, 25.0, 15.0, 10.0, 5.0, 1.0)
_FASTEST_FPS = 240.0
_QUEUED_FRAMES = 4
"""As many frames wait for a late reader, as in a driver's buffers; then all but the newest go."""


def can_show(width: int, height: int) -> bool:
    """Whether the pattern has this size: any even one that its marks fit into."""
    fits = _SMALLEST[0] <= width <= _LARGEST[0] and _SMALLEST[1] <= height <= _LARGEST[1]
    return fits and width % 2 == 0 and height % 2 == 0


class PatternSource:
    """Implements ``Source``. Each frame shows its sequence number: see ``read_frame_number``.

    ``width``, ``height`` and ``fps`` are what it takes when a mode leaves them open.
    """

    def __init__(self, width: int = 1280, height: int = 720, fps: float = 30.0) -> None:
        self._default = Mode("YUYV", width, height, fps)
        self._picture: PatternPicture | None = None
        self._streaming = False
        self._period_s = 0.0
        self._started_at_s = 0.0
        self._next = 0
        self._poll = select.poll()
        self._wakeup = Wakeup()

    @property
    def device(self) -> str:
        return "pattern"

    def present(self) -> bool:
        return True

    def open(self, mode: Mode) -> CaptureFormat:
        self.close()
        wanted = self._completed(mode)
        chosen = negotiate(self.device, self._offers(wanted), wanted)
        self._picture = PatternPicture(chosen.width, chosen.height)
        self._period_s = 1 / chosen.fps
        self._poll.register(self._wakeup.open(), select.POLLIN)
        return CaptureFormat(
            fourcc=chosen.fourcc,
            width=chosen.width,
            height=chosen.height,
            stride=chosen.width * 2,
            size_bytes=chosen.width * chosen.height * 2,
            fps=chosen.fps,
            full_range=True,
        )

    def _completed(self, mode: Mode) -> Mode:
        sized = mode if mode.width and mode.height else self._default
        return Mode(
            mode.fourcc, sized.width, sized.height, mode.fps or self._default.fps, mode.exact
        )

    def _offers(self, wanted: Mode) -> list[SupportedMode]:
        """The modes as a driver would list them that has every even size and every rate."""
        sizes = dict.fromkeys(_SIZES)
        rates = set(_RATES_FPS)
        for asked in (self._default, wanted):
            if asked.width and asked.height and can_show(asked.width, asked.height):
                sizes[asked.width, asked.height] = None
            if asked.fps and asked.fps <= _FASTEST_FPS:
                rates.add(asked.fps)
        fps = tuple(sorted(rates, reverse=True))
        return [SupportedMode("YUYV", width, height, fps) for width, height in sizes]

    def modes(self) -> list[SupportedMode]:
        return self._offers(self._default)

    def controls(self) -> list[Control]:
        return []

    def set_control(self, control: Control, value: int) -> None:
        raise CameraFault(f"pattern cannot set {control.name} to {value}: it has no controls")

    def start(self) -> None:
        if self._picture is None:
            raise CameraFault("pattern is not open")
        self._next = 0
        self._started_at_s = time.monotonic()
        self._streaming = True

    @contextmanager
    def dequeue(self, timeout_s: float) -> Iterator[RawFrame | None]:
        if self._picture is None or not self._streaming:
            raise CameraFault("pattern is not streaming")
        if not self._wait(timeout_s):
            yield None
            return
        sequence = self._next
        self._next += 1
        self._picture.draw(sequence)
        with self._picture.data as data:
            yield RawFrame(data, sequence, self._due_s(sequence))

    def _wait(self, timeout_s: float) -> bool:
        """Sleep until the next frame is due; false when the time is over or the sleep is ended."""
        now_s = time.monotonic()
        newest = int((now_s - self._started_at_s) / self._period_s)
        if newest - self._next >= _QUEUED_FRAMES:
            self._next = newest
        due_s = self._due_s(self._next)
        pause_s = max(0.0, min(timeout_s, due_s - now_s))
        if self._poll.poll(pause_s * 1000):  # rounds up to whole milliseconds
            self._wakeup.clear()
            return False
        return time.monotonic() >= due_s

    def _due_s(self, sequence: int) -> float:
        return self._started_at_s + sequence * self._period_s

    def interrupt(self) -> None:
        self._wakeup.signal()

    def stop(self) -> None:
        self._streaming = False

    def close(self) -> None:
        self._streaming = False
        self._picture = None
        self._poll = select.poll()
        self._wakeup.close()
