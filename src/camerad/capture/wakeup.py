"""How one thread ends the wait of another."""

import os
import threading


class Wakeup:
    """An eventfd in the poll set of a waiting thread, for others to signal."""

    def __init__(self) -> None:
        self._fd = -1
        # The number of a closed descriptor may already belong to somebody else.
        self._lock = threading.Lock()

    def open(self) -> int:
        """Give the descriptor to poll: it is readable from ``signal`` until ``clear``."""
        with self._lock:
            self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
            return self._fd

    def close(self) -> None:
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
            self._fd = -1

    def signal(self) -> None:
        """End the wait, or the next one if nobody waits; nothing while it is closed."""
        with self._lock:
            if self._fd >= 0:
                os.eventfd_write(self._fd, 1)

    def clear(self) -> None:
        """Forget the signals so far; the caller has seen the descriptor readable."""
        os.eventfd_read(self._fd)
