"""The service manager: telling systemd that camerad is ready, alive, or about to stop."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable

logger = logging.getLogger(__name__)


class ServiceManager:
    """Speaks sd_notify(3); does nothing where nobody listens."""

    def __init__(self, address: str | None = None) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET") if address is None else address

    def ready(self, status: str) -> None:
        self._send(f"READY=1\nSTATUS={status}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    async def watchdog(self, alive: Callable[[], bool]) -> None:
        """Feed systemd's watchdog at half its period, as long as ``alive`` says so.

        Ends at once where no watchdog is set. When the daemon hangs it starves by itself.
        """
        period_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
        ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        while self._address and ours and period_s > 0:
            if alive():
                self._send("WATCHDOG=1")
            else:
                logger.error("A camera's thread hangs: leaving the restart to the watchdog")
            await asyncio.sleep(period_s / 2)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        # A leading @ is systemd's way to write the NUL of an abstract socket.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)  # a manager that hangs must not take camerad with it
            try:
                sender.sendto(message.encode(), address)
            except OSError as error:
                logger.warning("The service manager cannot be told: %s", error)
