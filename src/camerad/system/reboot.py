"""Starting the machine anew."""

import os
from collections.abc import Mapping
from typing import Final

from camerad.errors import ServiceMissing
from camerad.system.bus import Peer, Refusal, SystemBus

LOGIND: Final = Peer(
    "The login manager (systemd-logind)",
    "org.freedesktop.login1",
    "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager",
)


class Reboot:
    """Asks systemd-logind, whose policy decides whether camerad's user may.

    Only a service of systemd does so: a camerad that somebody has started by hand would take that
    person's machine down.
    """

    def __init__(self, bus: SystemBus, environment: Mapping[str, str] = os.environ) -> None:
        self._bus = bus
        self._is_service = bool(environment.get("NOTIFY_SOCKET"))

    def check(self) -> None:
        """Raise ``ServiceMissing`` where ``now`` will."""
        if not self._is_service:
            raise ServiceMissing(
                "This device cannot be restarted by camerad", "It does not run as a service here"
            )

    async def now(self) -> None:
        """Returns when the reboot has been ordered; raises ``ServiceMissing``."""
        self.check()
        try:
            await self._bus.call(LOGIND, "Reboot", "b", False)
        except Refusal as refusal:
            raise ServiceMissing("The device does not restart", refusal.text) from refusal
