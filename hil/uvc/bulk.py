"""The video endpoint: fills the URBs that the host submits with one payload after the other."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from uvc.frames import Fault, payload
from uvc.negotiation import Agreement
from uvc.orders import Orders
from uvc.usbip import STALLED, Submit, Wire

PATIENCE_S = 0.2
"""How long to wait for anything before looking whether the plug is still in."""


class Gone(Exception):
    """There is nobody to send to."""


class Restarted(Exception):
    """The host has begun a new stream: what is left of the frame is for nobody."""


class BulkEndpoint:
    """``frame`` makes the next one, and numbers it; ``pull`` pulls the plug."""

    def __init__(
        self,
        wire: Wire,
        orders: Orders,
        frame: Callable[[Agreement], tuple[int, bytes]],
        pull: Callable[[], None],
    ) -> None:
        self._wire = wire
        self._orders = orders
        self._frame = frame
        self._pull = pull
        self._changed = threading.Condition()
        self._waiting: deque[Submit] = deque()
        self._agreement: Agreement | None = None
        self._stream = 0
        self._halted = False
        self._gone = False

    def submit(self, urb: Submit) -> None:
        """Take a URB to be filled; a halted endpoint stalls it, however late it comes."""
        with self._changed:
            if not self._halted:
                self._waiting.append(urb)
                self._changed.notify_all()
                return
        self._wire.give(urb.number, status=STALLED)

    def unlink(self, number: int) -> bool:
        """Whether the URB has been given back unused."""
        with self._changed:
            for urb in self._waiting:
                if urb.number == number:
                    self._waiting.remove(urb)
                    return True
            return False

    def start(self, agreement: Agreement | None) -> None:
        """Begin a stream with a new frame; ``None``: with what was agreed before."""
        with self._changed:
            self._agreement = agreement or self._agreement
            self._stream += 1
            self._halted = False
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    def run(self) -> None:
        """Send frames until closed."""
        due_s = time.monotonic()
        with suppress(Gone):
            while True:
                agreement, stream = self._await_stream()
                pace = self._orders.await_pace(PATIENCE_S)
                if pace is None:
                    continue
                now_s = time.monotonic()
                due_s = max(due_s + 1 / (pace * agreement.rate), now_s)
                self._await_time(due_s - now_s)
                self._send(agreement, stream)

    def _await_stream(self) -> tuple[Agreement, int]:
        with self._changed:
            self._changed.wait_for(self._wanted_or_gone)
            if self._gone or self._agreement is None:
                raise Gone
            return self._agreement, self._stream

    def _wanted_or_gone(self) -> bool:
        wanted = self._waiting and self._agreement is not None and not self._halted
        return bool(wanted) or self._gone

    def _await_time(self, wait_s: float) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: self._gone, wait_s):
                raise Gone

    def _send(self, agreement: Agreement, stream: int) -> None:
        number, frame = self._frame(agreement)
        fault = self._orders.next_fault()
        cut = self._orders.take_cut()
        data = payload(frame, number, fault)
        with suppress(Restarted):
            self._send_payload(data, stream, halt=fault is Fault.HALT, cut=cut)

    def _send_payload(self, data: bytes, stream: int, *, halt: bool, cut: bool) -> None:
        """In as many URBs as it takes. One that is not full ends the payload, an empty one too."""
        sent = 0
        while True:
            urb = self._take(stream)
            if sent + urb.length > len(data) // 2:
                if halt:
                    self._halt(urb)
                    return
                if cut:
                    self._pull()
                    raise Gone
            part = data[sent : sent + urb.length]
            self._wire.give(urb.number, part)
            sent += len(part)
            if len(part) < urb.length:
                return

    def _take(self, stream: int) -> Submit:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._gone or self._stream != stream)
            if self._gone:
                raise Gone
            if self._stream != stream:
                raise Restarted
            return self._waiting.popleft()

    def _halt(self, urb: Submit) -> None:
        with self._changed:
            self._halted = True
            refused = [urb, *self._waiting]
            self._waiting.clear()
        for each in refused:
            self._wire.give(each.number, status=STALLED)
