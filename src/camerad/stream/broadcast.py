"""One live stream of one camera at one quality, for any number of clients."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from camerad.frames.cameras import FedCamera
from camerad.frames.frame import Frame
from camerad.frames.picture import Jpeg
from camerad.imaging.encoder import Encoder
from camerad.stream.part import Part, part_of

logger = logging.getLogger(__name__)

PLACEHOLDER_INTERVAL_S = 1.0
"""While the camera is away its clients get a placeholder at this rate: they see why there is no
picture, and neither they nor a proxy give the connection up for silence."""

Sink = Callable[[Part], None]


class Broadcast:
    """Makes each picture into one part and offers it to every sink.

    Asks the camera for frames only while it has sinks. While a frame is being encoded newer ones
    replace each other: a slow encode costs frames, never delay.
    """

    def __init__(
        self,
        source: FedCamera,
        encoder: Encoder,
        quality: int | None,
        placeholder: Callable[[str], Jpeg],
    ) -> None:
        self._source = source
        self._encoder = encoder
        self._quality = quality
        self._placeholder = placeholder
        self._sinks: dict[Sink, None] = {}
        self._newest: Part | None = None
        self._offered_at_s = 0.0
        self._waiting: Frame | None = None
        self._encoding = False
        self._running = ExitStack()

    @property
    def watched(self) -> bool:
        return bool(self._sinks)

    @contextmanager
    def joined(self, sink: Sink) -> Iterator[None]:
        """Offer every part to ``sink`` while the context lasts, the newest one at once."""
        if not self._sinks:
            self._start()
        self._sinks[sink] = None
        if self._newest is not None:
            sink(self._newest)
        try:
            yield
        finally:
            del self._sinks[sink]
            if not self._sinks:
                self._stop()

    async def parts(self) -> AsyncGenerator[Part, None]:
        """The newest part, again and again, for clients that are written to by awaiting."""
        newest: list[Part] = []
        arrived = asyncio.Event()

        def keep(part: Part) -> None:
            newest[:] = [part]
            arrived.set()

        with self.joined(keep):
            while True:
                await arrived.wait()
                arrived.clear()
                yield newest.pop()

    def _start(self) -> None:
        self._running.enter_context(self._source.feed.subscribed(self._accept))
        ticking = asyncio.get_running_loop().create_task(self._watch_camera())
        self._running.callback(ticking.cancel)

    def _stop(self) -> None:
        self._running.close()
        self._newest = self._waiting = None

    def _accept(self, frame: Frame) -> None:
        jpeg = self._encoder.ready(frame, self._quality)
        if jpeg is not None:
            self._offer(part_of(jpeg, frame.captured_at_s, frame.number))
            return
        self._waiting = frame
        if not self._encoding:
            self._encode()

    def _encode(self) -> None:
        frame, self._waiting = self._waiting, None
        if frame is not None:
            self._encoding = True
            encoding = self._encoder.begin(frame, self._quality)
            encoding.add_done_callback(partial(self._encoded, frame))

    def _encoded(self, frame: Frame, encoding: asyncio.Future[Jpeg]) -> None:
        self._encoding = False
        if encoding.cancelled() or not self._sinks:
            return
        problem = encoding.exception()
        if problem is None:
            self._offer(part_of(encoding.result(), frame.captured_at_s, frame.number))
        else:
            logger.warning("Frame %d could not be encoded: %s", frame.number, problem)
        self._encode()

    async def _watch_camera(self) -> None:
        """Offer the placeholder whenever nothing has come because the camera is away."""
        while True:
            await asyncio.sleep(PLACEHOLDER_INTERVAL_S)
            silent_s = time.monotonic() - self._offered_at_s
            fault = self._source.camera.status.fault
            # Half: what was offered at the last tick was offered a little after it.
            if fault is not None and silent_s > PLACEHOLDER_INTERVAL_S / 2:
                number = self._source.feed.published
                self._offer(part_of(self._placeholder(fault), time.monotonic(), number))

    def _offer(self, part: Part) -> None:
        self._newest = part
        self._offered_at_s = time.monotonic()
        for sink in tuple(self._sinks):
            sink(part)
