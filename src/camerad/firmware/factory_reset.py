"""Back to the first day: everything on the data partition goes."""

import asyncio
from pathlib import Path
from typing import Final

from camerad.errors import CameradError, UpdateInProgress
from camerad.firmware.course import Course
from camerad.storage.atomic import write_atomic
from camerad.system.reboot import Reboot

WISH: Final = "factory-reset"
"""The file in the state directory that the next start heeds, before anything else: a unit of the
device, outside camerad, wipes the partition that camerad itself runs on.
"""


class FactoryReset:
    """Leaves the wish for it, and restarts the device."""

    def __init__(self, state_dir: Path, course: Course, reboot: Reboot) -> None:
        self._path = state_dir / WISH
        self._course = course
        self._reboot = reboot

    async def begin(self) -> None:
        """Raises ``UpdateInProgress``, and ``ServiceMissing`` where the device cannot restart."""
        if self._course.under_way:
            raise UpdateInProgress("An update is under way", "Wait for its end")
        self._reboot.check()
        await asyncio.to_thread(write_atomic, self._path, b"")
        try:
            await self._reboot.now()
        except CameradError:
            # Else the next start, whatever its reason, would be a surprise.
            await asyncio.to_thread(self._path.unlink)
            raise
