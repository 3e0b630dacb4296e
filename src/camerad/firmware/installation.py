"""An installation that is under way, whether this camerad began it or the one before."""

import asyncio
import logging
from collections.abc import Callable

from camerad.errors import ServiceMissing
from camerad.firmware.memory import Installing
from camerad.firmware.rauc import Installer, Progress
from camerad.system.bus import Refusal

logger = logging.getLogger(__name__)


class Installation:
    """Follows it to its end."""

    def __init__(
        self,
        installer: Installer,
        on_progress: Callable[[Progress], None],
        stale: Progress | None = None,
    ) -> None:
        """``stale`` is what RAUC told of before, and goes on to tell until it has really begun."""
        self._progress = stale
        self._installer = installer
        self._on_progress = on_progress

    async def fault(self, installing: Installing) -> str | None:
        """Wait for the end; gives what went wrong, or None.

        The slot's own record decides: RAUC may have been started anew meanwhile, and then knows of
        no error.
        """
        while True:
            try:
                while await self._goes_on():
                    await self._installer.wait_for_change()
                return await self._judge(installing)
            except (ServiceMissing, Refusal) as error:
                logger.warning("The installation cannot be followed: %s", error)
                await asyncio.sleep(1)

    async def _goes_on(self) -> bool:
        busy = await self._installer.busy()
        progress = await self._installer.progress()
        if busy and progress != self._progress:
            self._progress = progress
            self._on_progress(progress)
        return busy

    async def _judge(self, installing: Installing) -> str | None:
        slots = await self._installer.slots()
        for slot in slots:
            anew = slot.installations > installing.installations
            if slot.name == installing.slot and slot.intact and anew:
                return None
        return await self._installer.last_error() or "The installation was cut off"
