"""The frames of one camera: the newest, and a way to be told of the next."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from camerad.frames.frame import Frame
from camerad.frames.picture import Picture

Consumer = Callable[[Frame], None]
Tap = Callable[[Picture, float], None]
"""Takes a picture and when it was captured (CLOCK_MONOTONIC), in the thread of the camera."""

MAILBOX_FRAMES = 4
"""How far the event loop may fall behind the capture thread before the oldest frame is dropped:
133 ms at 30 frames/s, and at most as many pictures in memory."""


class Producer(Protocol):
    """A camera, as far as its feed knows it."""

    def start(self, publish: Callable[[Picture, float], None]) -> None:
        """Give every picture, with its capture time, to ``publish``; in any thread."""

    def stop(self) -> None:
        """Give no more."""


class Feed:
    """Hands frames from a capture thread to consumers on the event loop.

    What travels back is demand: the camera starts for the first consumer, and stops when none has
    come back for ``linger_s`` after the last left. A client that polls pictures thus does not
    restart it with every request, and nobody watching costs nothing.

    Every method but ``publish`` belongs to the event loop.
    """

    def __init__(self, number: int, producer: Producer, linger_s: float) -> None:
        self.number = number
        self.linger_s = linger_s
        self.latest: Frame | None = None
        self.published = 0
        """Frames handed out since the start; the newest frame's number."""
        self.overrun = 0
        """Frames dropped because the event loop was too busy to take them."""
        self._producer = producer
        self._consumers: dict[Consumer, None] = {}
        self._taps: tuple[Tap, ...] = ()
        self._mailbox: deque[tuple[Picture, float]] = deque(maxlen=MAILBOX_FRAMES)
        self._delivery_scheduled = False
        self._linger: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def consumers(self) -> int:
        return len(self._consumers)

    @property
    def wanted(self) -> bool:
        """Somebody looks, or looked a moment ago."""
        return self._looked_at or bool(self._taps)

    @property
    def _looked_at(self) -> bool:
        """On the event loop; who taps needs nothing there."""
        return bool(self._consumers) or self._linger is not None

    def publish(self, picture: Picture, captured_at_s: float) -> None:
        """Take one good frame from the capture thread; never blocks."""
        for tap in self._taps:
            tap(picture, captured_at_s)
        loop = self._loop
        if loop is None or not self._looked_at:
            return
        if len(self._mailbox) == MAILBOX_FRAMES:
            self.overrun += 1
        self._mailbox.append((picture, captured_at_s))
        # Lowered by _deliver before it empties the mailbox, so no frame is left behind.
        if not self._delivery_scheduled:
            self._delivery_scheduled = True
            loop.call_soon_threadsafe(self._deliver)

    @contextmanager
    def subscribed(self, consumer: Consumer) -> Iterator[None]:
        """Have ``consumer`` called on the event loop with every frame while the context lasts."""
        self._demand()
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        self._consumers[consumer] = None
        try:
            yield
        finally:
            del self._consumers[consumer]
            self._relax()

    @contextmanager
    def tapped(self, tap: Tap) -> Iterator[None]:
        """Have ``tap`` called with every picture while the context lasts, those too that a busy
        event loop would miss. It must not block: the camera waits for it.
        """
        self._demand()
        self._taps = (*self._taps, tap)
        try:
            yield
        finally:
            self._taps = tuple(other for other in self._taps if other is not tap)
            self._relax()

    async def next_frame(self, captured_after_s: float) -> Frame:
        """Wait for the first frame captured after an instant of CLOCK_MONOTONIC."""
        arrived: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def look(frame: Frame) -> None:
            if frame.captured_at_s > captured_after_s and not arrived.done():
                arrived.set_result(frame)

        with self.subscribed(look):
            if self.latest is not None:
                look(self.latest)
            return await arrived

    def close(self) -> None:
        """Take no more frames: the daemon stops the camera itself, whoever still looks."""
        if self._linger is not None:
            self._linger.cancel()
            self._linger = None
        self._loop = None

    def _deliver(self) -> None:
        self._delivery_scheduled = False
        while self._mailbox:
            picture, captured_at_s = self._mailbox.popleft()
            if self._looked_at:
                self._hand_out(picture, captured_at_s)

    def _hand_out(self, picture: Picture, captured_at_s: float) -> None:
        self.published += 1
        self.latest = Frame(self.number, self.published, captured_at_s, picture)
        for consumer in tuple(self._consumers):
            consumer(self.latest)

    def _demand(self) -> None:
        self._loop = asyncio.get_running_loop()
        if not self.wanted:
            self._producer.start(self.publish)

    def _relax(self) -> None:
        if not self._looked_at:
            loop = asyncio.get_running_loop()
            self._linger = loop.call_later(self.linger_s, self._end_demand)

    def _end_demand(self) -> None:
        self._linger = None
        self.latest = None
        self._mailbox.clear()
        if not self._taps:
            self._producer.stop()
