"""One camera and the thread that drives it."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from msgspec import structs

from camerad.capture.adjustment import Adjuster, Adjustment
from camerad.capture.negotiate import larger_mode
from camerad.capture.pulse import Pulse
from camerad.capture.source import CameraFault, CaptureFormat, Mode, Source
from camerad.capture.standing import Standing
from camerad.capture.status import Counters, State, Status, StatusListener
from camerad.capture.stills import Stills
from camerad.capture.taker import Taken, Taker, Unpack

logger = logging.getLogger(__name__)

RETRY_S = 1.0
"""Between two attempts to open a camera that failed, for ever and without growth: a camera on a
machine comes back when somebody pushes the plug in, not when a schedule allows it."""

STALL_INTERVALS = 20
STALL_FLOOR_S = 2.0
"""A camera that streams but gives no whole picture for so many frame intervals (and at least so
long) is treated as failed: cheap hubs stop delivering without a word, or deliver only rubbish."""

HANG_S = 10.0
"""A thread that is so late with a sign of life hangs in the driver. Opening a camera may take half
of it: so long does the kernel wait for an answer over USB."""

P = TypeVar("P")
Publish = Callable[[P, float], None]
"""Takes a picture, and when it was captured: CLOCK_MONOTONIC, seconds."""


class Camera(Generic[P]):
    """Drives one source from one thread, as long as somebody wants its frames.

    ``unpacker`` gives, for an agreed format, the function that takes a picture out of the driver's
    buffer; it is called in the thread, and so is what ``start`` is given.
    The thread starts with the first demand and sleeps while there is none, the device closed, so
    that another program can have it.

    ABSENT ─► PROBING ─► READY ◄─► STREAMING, and from each of them to FAULT, or to ABSENT when the
    device itself has gone. Whatever fails is torn down whole, and opened and negotiated anew; that
    it works again is proven by a picture and by nothing less, whether anybody looks or not.
    """

    def __init__(
        self,
        source: Source,
        mode: Mode,
        unpacker: Callable[[CaptureFormat], Unpack[P]],
    ) -> None:
        self.source = source
        self.counters = Counters()
        self.pulse = Pulse()
        """By it others see whether pictures come, or else an explanation why none do."""
        self._standing = Standing()
        self._mode = self._opened_mode = mode
        self._adjuster = Adjuster(source)
        self._unpacker = unpacker
        self._publish: Publish[P] | None = None
        self._wake = threading.Condition()
        self._unknown = False
        self._hurried = False
        self._closing = False
        self._stills: Stills[P] = Stills()
        self._thread: threading.Thread | None = None

    @property
    def device(self) -> str:
        return self.source.device

    @property
    def status(self) -> Status:
        """As of now; from any thread."""
        return self._standing.status

    @property
    def connected(self) -> bool:
        """The camera is there and works, as far as anyone can know without opening it."""
        state = self.status.state
        return state is State.STREAMING or (state is State.READY and self.source.present())

    def on_change(self, listener: StatusListener) -> None:
        """Tell ``listener`` of every change of the status: in the camera's thread, so be quick."""
        self._standing.on_change(listener)

    def probe(self) -> None:
        """Find out now what the camera is, or what has become of it; returns at once."""
        with self._wake:
            self._unknown = self._hurried = True
            self._rouse()

    def start(self, publish: Publish[P]) -> None:
        """Stream until told to stop, whatever becomes of the camera; returns at once."""
        with self._wake:
            self._publish = publish
            self._rouse()

    def stop(self) -> None:
        """Stop streaming and let go of the device; returns at once."""
        with self._wake:
            self._publish = None
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

    def still(self) -> Future[Taken[P]]:
        """Take one picture at the highest resolution that the camera gives; the stream pauses for
        it and goes on.
        """
        with self._wake:
            future = self._stills.ask()
            self._rouse()
        return future

    @property
    def still_mode(self) -> Mode | None:
        """The mode of a still, where that is larger than what the camera streams."""
        fmt = self.status.format
        return None if fmt is None else larger_mode(self.status.modes, fmt)

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
            if not self._work_done():
                self._pause()

    def _work_done(self) -> bool:
        """Whether it could be; if not, the status tells why."""
        try:
            self._work()
        except CameraFault as fault:
            self._failed(fault)
            return False
        except Exception as bug:  # no bug may end a camera for ever
            logger.exception("%s: unexpected", self.device)
            self._failed(CameraFault(f"{self.device} failed: {type(bug).__name__}"))
            return False
        finally:
            self.source.close()
        return True

    def _await_work(self) -> bool:
        with self._wake:
            self.pulse.rest()
            self._wake.wait_for(self._has_work)
            self.pulse.expect(HANG_S)
            self._hurried = False
            return not self._closing

    def _has_work(self) -> bool:
        asked = self._publish or self._stills or self._unknown or self._closing
        settings = self._mode is not self._opened_mode or self._adjuster.pending
        # A camera that failed is tried again until it works, so that its status tells the truth.
        return bool(asked) or settings or self.status.fault is not None

    def _pause(self) -> None:
        with self._wake:
            self.pulse.rest()
            self._wake.wait_for(lambda: self._closing or self._hurried, RETRY_S)

    def _work(self) -> None:
        fmt = self._open()
        self._unknown = False
        if self._stills:
            self._take_stills(fmt)
        elif self._publish or self.status.fault is not None:
            self._stream(fmt)

    def _open(self) -> CaptureFormat:
        self._opened_mode = self._mode
        if self.status.state is State.ABSENT and self.source.present():
            self._standing.enter(State.PROBING)
        fmt = self.source.open(self._opened_mode)
        self.pulse.expect(HANG_S)
        controls = self._adjuster.adjust()
        modes = tuple(self.source.modes())
        known = structs.replace(self.status, format=fmt, modes=modes, controls=controls)
        if self.status.fault is None:
            known = structs.replace(known, state=State.READY)
        self._standing.become(known)
        return fmt

    def _stream(self, fmt: CaptureFormat) -> None:
        """As long as somebody looks; one that has failed, until a picture proves that it works."""
        taker = Taker(self.source, self.counters, self._unpacker(fmt))
        self.source.start()
        if self.status.fault is None:
            self._standing.enter(State.STREAMING)
            logger.info("%s streams %s", self.device, fmt.summary)
        patience_s = max(STALL_FLOOR_S, STALL_INTERVALS / fmt.fps)
        picture_due_s = self._expect_picture(patience_s)
        while (self._publish or self.status.fault is not None) and not self._interrupted():
            publish = self._publish
            self._adjust_if_asked()
            if time.monotonic() > picture_due_s:
                raise CameraFault(f"{self.device} has given no picture for {patience_s:.0f} s")
            taken = taker.take(STALL_FLOOR_S)
            if taken is not None:
                picture_due_s = self._expect_picture(patience_s)
                self._unknown = False
                self._standing.works(self.device, State.STREAMING if publish else State.READY)
                if publish:
                    publish(*taken)
        if self.status.fault is None:
            self._standing.enter(State.READY)

    def _interrupted(self) -> bool:
        """The stream cannot go on as it is."""
        return self._closing or bool(self._stills) or self._mode is not self._opened_mode

    def _expect_picture(self, patience_s: float) -> float:
        """Until when; a while after that the thread itself must have said that there is none."""
        self.pulse.expect(patience_s + HANG_S)
        return time.monotonic() + patience_s

    def _adjust_if_asked(self) -> None:
        if self._adjuster.pending:
            self._standing.become(structs.replace(self.status, controls=self._adjuster.adjust()))

    def _take_stills(self, fmt: CaptureFormat) -> None:
        """Answer all who wait for a still with one picture, of the highest resolution if the camera
        gives that, else as it streams.
        """
        highest = self.still_mode
        if highest is None:
            taken = self._first_picture(fmt)
        else:
            try:
                taken = self._first_picture(self._reopen(highest))
            except CameraFault as fault:
                if fault.gone:
                    raise
                logger.warning("%s; taking the still at %s", fault, fmt.resolution)
                taken = self._first_picture(self._reopen(self._opened_mode))
        if taken is not None:
            self._standing.works(self.device, State.READY)
            self._stills.answer(taken)

    def _reopen(self, mode: Mode) -> CaptureFormat:
        self.source.close()
        return self.source.open(mode)

    def _first_picture(self, fmt: CaptureFormat) -> Taken[P] | None:
        """The first that is whole; None when nobody waits for it any more."""
        taker = Taker(self.source, self.counters, self._unpacker(fmt))
        self.source.start()
        give_up_s = self._expect_picture(2 * STALL_FLOOR_S)
        while self._stills:
            if time.monotonic() > give_up_s:
                raise CameraFault(f"{self.device} gave no picture at {fmt.resolution}")
            if (taken := taker.take(STALL_FLOOR_S)) is not None:
                return taken
        return None

    def _failed(self, fault: CameraFault) -> None:
        self.counters.faults += 1
        self._standing.fails(fault, present=self.source.present())
        self._stills.fail(fault)
