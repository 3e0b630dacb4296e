"""A source that does what a test says, call by call, and remembers what was asked of it."""

import queue
import threading
import time
from collections import deque
from contextlib import contextmanager

from camerad.capture.source import CameraFault, CaptureFormat, RawFrame, SupportedMode

SMALL = SupportedMode("YUYV", 640, 480, (30.0,))
LARGE = SupportedMode("MJPG", 1920, 1080, (5.0,))


class ScriptedSource:
    """Implements ``Source``. Frames come when the test calls ``give``."""

    device = "/dev/video7"

    def __init__(self, modes=(SMALL,)):
        self.offers = list(modes)
        self.offered_controls = []
        self.controls_set = []
        self.refused_controls = {}
        """What setting a control raises, by its name."""
        self.fps = 30.0
        self.calls = []
        self.modes_asked = []
        self.opening_faults = deque()
        self.starting_faults = deque()
        self.there = True
        self.threads = set()
        self._frames = queue.SimpleQueue()
        self._sequence = 0

    def give(self, data=b"picture", *, sequence=None, flag=None):
        sequence = self._sequence if sequence is None else sequence
        self._sequence = sequence + 1
        self._frames.put(RawFrame(memoryview(data), sequence, time.monotonic(), flag))

    def fail(self, message="/dev/video7 has failed", *, gone=False):
        """Let the next dequeue raise."""
        self._frames.put(CameraFault(message, gone=gone))

    def break_down(self):
        """Let the next dequeue raise what no source should raise."""
        self._frames.put(ZeroDivisionError("a bug"))

    @property
    def calls_of_life(self):
        """Without repeated closing, which is always allowed."""
        calls = list(self.calls)
        return [call for call, before in zip(calls, [None, *calls], strict=False) if call != before]

    def present(self):
        return self.there

    def open(self, mode):
        self._note("open")
        self.modes_asked.append(mode)
        if self.opening_faults:
            raise self.opening_faults.popleft()
        offer = self._offer(mode)
        size_bytes = offer.width * offer.height * 2
        return CaptureFormat(
            offer.fourcc,
            offer.width,
            offer.height,
            offer.width * 2,
            size_bytes,
            self.fps,
            full_range=True,
        )

    def _offer(self, mode):
        wanted = [offer for offer in self.offers if offer.width == mode.width]
        return (wanted or self.offers)[0]

    def modes(self):
        return list(self.offers)

    def controls(self):
        return list(self.offered_controls)

    def set_control(self, control, value):
        if control.name in self.refused_controls:
            raise self.refused_controls[control.name]
        self.controls_set.append((control.name, value))

    def start(self):
        self._note("start")
        if self.starting_faults:
            raise self.starting_faults.popleft()

    @contextmanager
    def dequeue(self, timeout_s):
        try:
            item = self._frames.get(timeout=timeout_s)
        except queue.Empty:
            item = None
        if isinstance(item, Exception):
            raise item
        yield item

    def interrupt(self):
        self._frames.put(None)

    def stop(self):
        self._note("stop")

    def close(self):
        self._note("close")

    def _note(self, call):
        self.calls.append(call)
        self.threads.add(threading.current_thread())
