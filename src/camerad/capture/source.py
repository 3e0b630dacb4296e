"""What a capture thread needs of a camera, be it a V4L2 node or the test pattern."""

import enum
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from msgspec import Struct


class FrameFlag(enum.Enum):
    """Why a buffer carries no picture: such frames are counted, dropped and requeued."""

    ERROR = "error"
    SHORT = "short"


class Mode(Struct, frozen=True):
    """What is asked of a camera. ``None`` leaves the choice to the negotiation."""

    fourcc: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    exact: bool = False
    """A size that the camera lacks is a fault, and not a reason to take the nearest one."""


class CaptureFormat(Struct, frozen=True):
    """What the driver really delivers, as S_FMT and S_PARM answered it."""

    fourcc: str
    width: int
    height: int
    stride: int
    """Bytes from one row of the first plane to the next (V4L2's ``bytesperline``)."""
    size_bytes: int
    """Bytes of one whole picture (V4L2's ``sizeimage``); the maximum for MJPG."""
    fps: float
    full_range: bool
    """Samples use 0..255; else the limited (video) range, 16..235 and 16..240."""

    @property
    def resolution(self) -> str:
        """As people write it: ``1920x1080``."""
        return f"{self.width}x{self.height}"

    @property
    def frame_rate(self) -> int | float:
        """30 rather than 30.0, and 29.97 rather than 29.97002997."""
        return int(self.fps) if self.fps == int(self.fps) else round(self.fps, 2)

    @property
    def summary(self) -> str:
        """For the log."""
        return f"{self.fourcc} {self.resolution} at {self.frame_rate} frames/s"


class RawFrame(Struct, frozen=True):
    """One dequeued buffer. ``data`` is valid only until the frame is given back."""

    data: memoryview
    sequence: int
    """The driver's own count: a gap in it is a frame that the driver dropped."""
    captured_at_s: float
    """CLOCK_MONOTONIC, seconds."""
    flag: FrameFlag | None = None


class SupportedMode(Struct, frozen=True):
    """One size of one format, with the rates that it offers, fastest first."""

    fourcc: str
    width: int
    height: int
    fps: tuple[float, ...] = ()


class MenuItem(Struct, frozen=True):
    """One choice of a menu."""

    value: int
    name: str


class Control(Struct, frozen=True, omit_defaults=True):
    """A property that can be set to a number, such as the brightness, in the driver's terms."""

    id: int
    name: str
    """The driver's name, as v4l2-ctl writes it: ``exposure_time_absolute``."""
    type: Literal["integer", "boolean", "menu"]
    minimum: int
    maximum: int
    step: int
    default: int
    value: int
    """As it was when the camera was last opened or adjusted."""
    alias: str | None = None
    """V4L2's own name, where the driver chose another: ``exposure_absolute``."""
    items: tuple[MenuItem, ...] = ()
    """The choices of a menu: not every number from ``minimum`` to ``maximum`` has to be one."""


class Source(Protocol):
    """A camera. Every call blocks, and all are made from one thread at a time.

    Life: ``open`` → ``start`` → ``dequeue``... → ``stop`` → ``close``. ``close`` may be called in
    any state and any number of times, gives back everything (stream, mappings, descriptor), and
    never raises. All others raise ``CameraFault`` when the device says no or is gone.
    """

    @property
    def device(self) -> str:
        """The name that people see: ``/dev/video0`` or ``pattern``."""

    def present(self) -> bool:
        """Whether the device is there at all, asked without opening it; from any thread."""

    def open(self, mode: Mode) -> CaptureFormat:
        """Open the device and negotiate; gives what was agreed."""

    def modes(self) -> list[SupportedMode]:
        """All that the open device offers, in the order of the driver."""

    def controls(self) -> list[Control]:
        """What can be adjusted on the open device, and how it stands."""

    def set_control(self, control: Control, value: int) -> None:
        """Adjust the open device, also while it streams."""

    def start(self) -> None:
        """Queue all buffers and start streaming."""

    def dequeue(self, timeout_s: float) -> AbstractContextManager[RawFrame | None]:
        """Wait for the next buffer; it is requeued when the context ends.

        Gives ``None`` when ``timeout_s`` passes without a frame.
        """

    def interrupt(self) -> None:
        """End a ``dequeue`` that waits (it gives ``None``); from any thread, in any state."""

    def stop(self) -> None:
        """Stop streaming; ``start`` may follow."""

    def close(self) -> None:
        """Give everything back, whatever state the device is in."""


class CameraFault(Exception):
    """The device refused or is gone; the text names the device and says what a person can do."""

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone
        """The node itself has vanished (unplugged), as opposed to busy or failing."""


class BrokenFrame(Exception):
    """A buffer that holds no whole picture; the text says what is wrong with it."""
