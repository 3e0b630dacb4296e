"""What a board says on its serial console, kept: nobody else reads it."""

import threading
from contextlib import suppress
from pathlib import Path

from labgrid.protocol import ConsoleProtocol
from pexpect import TIMEOUT

READ_TIMEOUT_S = 0.5


class ConsoleLog:
    """Reads from now on, until closed."""

    def __init__(self, console: ConsoleProtocol, path: Path) -> None:
        self._console = console
        self._path = path
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, name="console log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _read(self) -> None:
        with self._path.open("wb", buffering=0) as log:
            while not self._closing.is_set():
                with suppress(TIMEOUT):
                    log.write(self._console.read(timeout=READ_TIMEOUT_S))
