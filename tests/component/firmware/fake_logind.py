"""Stands where systemd-logind does, and makes a file where that would restart the machine."""

import asyncio
import sys
from pathlib import Path

from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, method


class Manager(ServiceInterface):
    def __init__(self, restarted: Path) -> None:
        super().__init__("org.freedesktop.login1.Manager")
        self._restarted = restarted

    @method()
    def Reboot(self, interactive: "b"):  # noqa: F821, N802 - the library reads D-Bus signatures
        assert not interactive
        self._restarted.touch()


async def main() -> None:
    bus = await MessageBus().connect()
    bus.export("/org/freedesktop/login1", Manager(Path(sys.argv[1])))
    await bus.request_name("org.freedesktop.login1")
    await bus.wait_for_disconnect()


asyncio.run(main())
