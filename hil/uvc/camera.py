"""One camera: what it shows, and its plug."""

import threading
from collections.abc import Mapping, Sequence
from itertools import count

from uvc.connection import Connection
from uvc.frames import grey, numbered
from uvc.model import Model, Size
from uvc.negotiation import Agreement
from uvc.orders import Orders
from uvc.vhci import Vhci


class Camera:
    """Frames are numbered on and on, whatever becomes of the plug: none is sent twice."""

    def __init__(self, model: Model, pictures: Mapping[Size, Sequence[bytes]], vhci: Vhci) -> None:
        """``pictures`` are JPEGs, shown in turn."""
        self.orders = Orders()
        self._model = model
        self._pictures = pictures
        self._vhci = vhci
        self._numbers = count(1)
        self._sent = 0
        self._plugging = threading.Lock()
        self._port: int | None = None
        self._connection: Connection | None = None

    def plug(self, port: int) -> None:
        with self._plugging:
            if self._port is not None:
                raise ValueError(f"{self._model.serial} is plugged in already, at {self._port}")
            connection = self._vhci.attach(port)
            self._port = port
            self._connection = Connection(
                self._model, connection, self.orders, self._frame, self.unplug
            )

    def unplug(self) -> None:
        """Does nothing if the plug is out already."""
        with self._plugging:
            connection = self._connection
            if self._port is None or connection is None:
                return
            self._vhci.detach(self._port)
            self._port = self._connection = None
        connection.join()

    def state(self) -> dict[str, object]:
        connection = self._connection
        agreed = None if connection is None else connection.negotiation.agreed
        return {
            "port": self._port,
            "sent": self._sent,
            "controls": None if connection is None else connection.settings.values,
            "streams": None if agreed is None else f"{agreed.fmt.fourcc} {agreed.size}",
        }

    def _frame(self, agreement: Agreement) -> tuple[int, bytes]:
        number = self._sent = next(self._numbers)
        size = agreement.size
        if agreement.fmt.fourcc != "MJPG":
            return number, grey(2 * size.width * size.height, number)
        pictures = self._pictures[size]
        return number, numbered(pictures[number % len(pictures)], self._model.serial, number)
