"""One camera and the thread that drives it."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from msgspec import structs

from camerad.capture.adjustment import Adjuster, Adjustment
from camerad.capture.negotiate import highest_resolution
from camerad.capture.source import (
    BrokenFrame,
    CameraFault,
    CaptureFormat,
    Mode,
    RawFrame,
    Source,
)
from camerad.capture.status import Counters, State, Status, StatusListener
from camerad.capture.stills import Stills

logger = logging.getLogger(__name__)

RETRY_S = 1.0
"""Between two attempts to open a camera that failed, for ever and without growth: a camera on a
machine comes back when somebody pushes the plug in, not when a schedule allows it."""

STALL_INTERVALS = 20
STALL_FLOOR_S = 2.0
"""A camera that streams but gives no whole picture for so many frame intervals (and at least so
long) is treated as failed: cheap hubs stop delivering without a word, or deliver only rubbish."""

IDLE_HEARTBEAT_S = float("inf")

P = TypeVar("P")
Unpack = Callable[[memoryview], P]
Publish = Callable[[P, float], None]
"""Takes a picture, and when it was captured: CLOCK_MONOTONIC, seconds."""


class Camera(Generic[P]):
    """Drives one source from one thread, as long as somebody wants its frames.

    ``unpacker`` gives, for an agreed format, the function that takes a picture out of the driver's
    buffer; what ``start`` is given gets every picture with its capture time. Both are called in
    the thread.
    The thread starts with the first demand and sleeps while there is none, the device closed, so
    that another program can have it.
    """

    def __init__(
        self,
        source: Source,
        mode: Mode,
        unpacker: Callable[[CaptureFormat], Unpack[P]],
    ) -> None:
        self.source = source
        self.counters = Counters()
        self.heartbeat_s = IDLE_HEARTBEAT_S
        """When the thread last showed life (CLOCK_MONOTONIC); infinite while it has no work."""
        self.status = Status(State.PROBING)
        self._listeners: list[StatusListener] = []
        self._mode = self._opened_mode = mode
        self._adjuster = Adjuster(source)
        self._unpacker = unpacker
        self._publish: Publish[P] | None = None
        self._wake = threading.Condition()
        self._unknown = False
        self._closing = False
        self._stills: Stills[P] = Stills()
        self._thread: threading.Thread | None = None

    @property
    def device(self) -> str:
        return self.source.device

    @property
    def connected(self) -> bool:
        """The camera is there and works, as far as anyone can know without opening it."""
        state = self.status.state
        return state is State.STREAMING or (state is State.READY and self.source.present())

    def on_change(self, listener: StatusListener) -> None:
        """Have ``listener`` told of every change of the status, in the camera's thread: it must be
        quick.
        """
        self._listeners.append(listener)

    def probe(self) -> None:
        """Find out what the camera is, before anyone looks; returns at once."""
        with self._wake:
            self._unknown = True
            self._rouse()

    def start(self, publish: Publish[P]) -> None:
        """Stream until told to stop, whatever becomes of the camera; returns at once."""
        self._want(publish)

    def stop(self) -> None:
        """Stop streaming and let go of the device; returns at once."""
        self._want(None)

    def _want(self, publish: Publish[P] | None) -> None:
        with self._wake:
            self._publish = publish
            self._rouse()

    def set_mode(self, mode: Mode) -> None:
        """Have the camera in another mode from now on; one that streams is opened again."""
        with self._wake:
            if mode != self._mode:
                self._mode = mode
                self._rouse()

    def adjust(self, adjustment: Adjustment) -> None:
        """Set controls: now, without a break in the stream, and whenever the camera is opened."""
        with self._wake:
            if adjustment != self._adjuster.wanted:
                self._adjuster.wanted = adjustment
                self._rouse()

    def still(self) -> Future[P]:
        """Take one picture at the highest resolution; the stream pauses for it and goes on."""
        with self._wake:
            future = self._stills.ask()
            self._rouse()
        return future

    @property
    def still_mode(self) -> Mode | None:
        """The mode of a still, where that is larger than what the camera streams."""
        fmt = self.status.format
        best = highest_resolution(self.status.modes)
        if fmt is None or best is None or best.width * best.height <= fmt.width * fmt.height:
            return None
        return Mode(best.fourcc, best.width, best.height, None)

    def close(self, timeout_s: float) -> None:
        """End the thread and give the device back. Blocks for at most ``timeout_s``."""
        with self._wake:
            self._closing = True
            self._publish = None
            thread = self._thread
            self._rouse()
        if thread is not None:
            thread.join(timeout_s)

    def _rouse(self) -> None:
        """Make the thread look at what is wanted; the caller holds the condition."""
        if self._closing:
            self._stills.fail(CameraFault(f"{self.device} is closed"))
        elif self._thread is None:
            name = f"camera {self.device}"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()
        self._wake.notify_all()
        self.source.interrupt()

    def _run(self) -> None:
        while self._await_work():
            try:
                self._work()
            except CameraFault as fault:
                self._failed(fault)
            except Exception as bug:  # no bug may end a camera for ever
                logger.exception("%s: unexpected", self.device)
                self._failed(CameraFault(f"{self.device} failed: {type(bug).__name__}"))
            finally:
                self.source.close()
            if self.status.fault is not None:
                self._pause()

    def _await_work(self) -> bool:
        with self._wake:
            self.heartbeat_s = IDLE_HEARTBEAT_S
            self._wake.wait_for(self._has_work)
            self.heartbeat_s = time.monotonic()
            return not self._closing

    def _has_work(self) -> bool:
        asked = self._publish or self._stills or self._unknown or self._closing
        return bool(asked) or self._mode is not self._opened_mode or self._adjuster.pending

    def _pause(self) -> None:
        with self._wake:
            self.heartbeat_s = IDLE_HEARTBEAT_S
            self._wake.wait_for(lambda: self._closing, RETRY_S)

    def _work(self) -> None:
        fmt = self._open()
        self._unknown = False
        if self._stills:
            self._take_stills()
        elif self._publish:
            self._stream(fmt)

    def _open(self) -> CaptureFormat:
        self._opened_mode = self._mode
        fmt = self.source.open(self._opened_mode)
        controls = self._adjuster.adjust()
        if self.status.fault is not None:
            logger.info("%s is back", self.device)
        modes = tuple(self.source.modes())
        self._become(Status(State.READY, fmt, modes, controls=controls))
        return fmt

    def _stream(self, fmt: CaptureFormat) -> None:
        unpack = self._unpacker(fmt)
        self.source.start()
        self._enter(State.STREAMING)
        logger.info("%s streams %s", self.device, fmt)
        patience_s = max(STALL_FLOOR_S, STALL_INTERVALS / fmt.fps)
        picture_due_s = time.monotonic() + patience_s
        sequence: int | None = None
        while (publish := self._publish) and not self._stills and self._mode is self._opened_mode:
            self._adjust_if_asked()
            self.heartbeat_s = time.monotonic()
            if self.heartbeat_s > picture_due_s:
                raise CameraFault(f"{self.device} has given no picture for {patience_s:.0f} s")
            with self.source.dequeue(STALL_FLOOR_S) as raw:
                if raw is None:
                    continue
                self._count_gap(sequence, raw.sequence)
                picture = self._picture(raw, unpack)
            sequence = raw.sequence
            if picture is not None:
                picture_due_s = time.monotonic() + patience_s
                publish(picture, raw.captured_at_s)
        self._enter(State.READY)

    def _adjust_if_asked(self) -> None:
        if self._adjuster.pending:
            self._become(structs.replace(self.status, controls=self._adjuster.adjust()))

    def _count_gap(self, last: int | None, sequence: int) -> None:
        if last is not None and sequence > last + 1:
            self.counters.dropped += sequence - last - 1

    def _picture(self, raw: RawFrame, unpack: Unpack[P]) -> P | None:
        """Take the picture out of the buffer, or count that there is none."""
        if raw.flag is None:
            try:
                picture = unpack(raw.data)
            except BrokenFrame as broken:
                logger.debug("%s: frame %d: %s", self.device, raw.sequence, broken)
            else:
                self.counters.frames += 1
                return picture
        self.counters.broken += 1
        return None

    def _take_stills(self) -> None:
        """Answer all who wait for a still with one picture at the highest resolution."""
        fmt = self.status.format
        mode = self.still_mode
        if mode is not None:
            self.source.close()
            fmt = self.source.open(mode)
        assert fmt is not None
        unpack = self._unpacker(fmt)
        self.source.start()
        picture = self._first_picture(unpack)
        if picture is not None:
            self._stills.answer(picture)

    def _first_picture(self, unpack: Unpack[P]) -> P | None:
        """The first that is whole; None when nobody waits for it any more."""
        give_up_s = time.monotonic() + 2 * STALL_FLOOR_S
        while self._stills:
            self.heartbeat_s = time.monotonic()
            if self.heartbeat_s > give_up_s:
                raise CameraFault(f"{self.device} gave no picture at its highest resolution")
            with self.source.dequeue(STALL_FLOOR_S) as raw:
                picture = None if raw is None else self._picture(raw, unpack)
            if picture is not None:
                return picture
        return None

    def _enter(self, state: State) -> None:
        self._become(structs.replace(self.status, state=state))

    def _become(self, status: Status) -> None:
        before, self.status = self.status, status
        if status != before:
            for listener in self._listeners:
                listener(before, status)

    def _failed(self, fault: CameraFault) -> None:
        """Say it once, loudly; every further attempt says it only to those who debug."""
        self.counters.faults += 1
        again = self.status.fault == str(fault)
        logger.log(logging.DEBUG if again else logging.WARNING, "%s", fault)
        state = State.ABSENT if fault.gone else State.FAULT
        self._become(structs.replace(self.status, state=state, fault=str(fault)))
        # A camera that failed is tried again until it works, so that its status tells the truth.
        self._unknown = True
        self._stills.fail(fault)
