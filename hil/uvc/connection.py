"""A camera as long as it is plugged in."""

import threading
from collections.abc import Callable
from contextlib import suppress
from socket import socket

from uvc.bulk import BulkEndpoint
from uvc.controls import Settings
from uvc.model import Model
from uvc.negotiation import Agreement, Negotiation
from uvc.orders import Orders
from uvc.requests import ControlEndpoint
from uvc.usbip import STALLED, Detached, Submit, Wire


class Connection:
    """Two threads: one takes what the host says, one sends video."""

    def __init__(
        self,
        model: Model,
        connection: socket,
        orders: Orders,
        frame: Callable[[Agreement], tuple[int, bytes]],
        pull: Callable[[], None],
    ) -> None:
        """See ``BulkEndpoint`` for ``frame`` and ``pull``."""
        self._socket = connection
        self._wire = Wire(connection)
        self.settings = Settings()
        self.negotiation = Negotiation(model)
        self._bulk = BulkEndpoint(self._wire, orders, frame, pull)
        self._control = ControlEndpoint(model, self.settings, self.negotiation, self._bulk.start)
        self._threads = [
            threading.Thread(target=target, name=f"{model.serial} {name}", daemon=True)
            for name, target in {"host": self._serve, "video": self._send}.items()
        ]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait for both threads but the one that this is called from; the host has let go."""
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _serve(self) -> None:
        try:
            while True:
                command = self._wire.receive()
                if isinstance(command, Submit):
                    self._submitted(command)
                else:
                    in_time = self._bulk.unlink(command.victim)
                    self._wire.unlinked(command.number, in_time=in_time)
        except Detached:
            pass
        finally:
            self._bulk.close()
            self._socket.close()

    def _submitted(self, urb: Submit) -> None:
        if urb.endpoint != 0:
            self._bulk.submit(urb)
            return
        answer = self._control.answer(urb.setup, urb.data)
        if answer is None:
            self._wire.give(urb.number, status=STALLED)
        else:
            self._wire.give(urb.number, answer, taken=len(urb.data))

    def _send(self) -> None:
        with suppress(Detached):
            self._bulk.run()
