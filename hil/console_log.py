"""What a board says on its serial console, kept: nobody else reads it."""

import threading
from pathlib import Path

from serial import Serial

READ_TIMEOUT_S = 0.5


class ConsoleLog:
    """Reads from now on, until closed. From the port itself: what labgrid's drivers do are steps,
    and those are for one thread.
    """

    def __init__(self, port: Serial, path: Path) -> None:
        self._port = port
        self._path = path
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="console log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _read(self) -> None:
        self._port.timeout = READ_TIMEOUT_S
        with self._path.open("wb", buffering=0) as log:
            while not self._closing.is_set():
                log.write(self._port.read(max(1, self._port.in_waiting)))
