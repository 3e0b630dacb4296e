"""The course of an update: what is remembered of it, kept in line with what has become true.

idle ─► ready ─► installing ─► installed ─► activating ─► idle, in the new system
                     └► idle (failed)           └► idle, in the old one (rolled back)
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Final, TypeVar

from camerad.clock import iso_utc
from camerad.errors import CameradError
from camerad.events.event import FirmwareEvent, FirmwareStep
from camerad.firmware.installation import Installation
from camerad.firmware.memory import (
    Activating,
    AnyState,
    Idle,
    Installed,
    Installing,
    Memory,
    Outcome,
    Ready,
    Result,
)
from camerad.firmware.notes import BootNotes
from camerad.firmware.rauc import Installer, Progress, Slot
from camerad.firmware.running import boot_id
from camerad.firmware.staging import Staging
from camerad.system.bus import Refusal

logger = logging.getLogger(__name__)

T = TypeVar("T")

REBOOT_S: Final = 120.0
"""A device that runs on for so long has not heeded the order to restart."""

SETTLE_S: Final = 5.0
"""Between two looks at whether a new system has proven itself."""


class Course:
    """Each step is remembered before it is taken: a restart of camerad, or of the device, at any
    point leaves a state from which ``settled`` finds out what has come of it.
    """

    def __init__(
        self,
        *,
        memory: Memory,
        installer: Installer,
        staging: Staging,
        notes: BootNotes,
        threads: Executor,
        publish: Callable[[FirmwareEvent], None],
    ) -> None:
        self.testing = False
        """The new system runs, and has not proven itself yet."""
        self.progress: Progress | None = None
        """Of the installation under way."""
        self._memory = memory
        self._installer = installer
        self._staging = staging
        self._notes = notes
        self._threads = threads
        self._publish = publish
        self._slots: list[Slot] = []
        self._restart_ordered_s = float("-inf")
        self._following: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None

    @property
    def last(self) -> Outcome | None:
        """How the last update has ended so far."""
        return self._memory.last

    @property
    def under_way(self) -> bool:
        """An installation or a restart must not be disturbed now."""
        state = self._memory.state
        return isinstance(state, Installing) or (
            isinstance(state, Activating) and self._restart_is_due()
        )

    def given_up(self) -> str | None:
        """Why the bootloader has gone back to the old system, if that is how the update ended."""
        if self.last is None or self.last.result != "rolled_back":
            return None
        return f"rolled back: {self.last.reason}"

    def start(self) -> None:
        """Take up what a restart has left. The bus is not asked if there was nothing."""
        if not isinstance(self._memory.state, Idle | Ready):
            self._settling = asyncio.create_task(self._settle())

    def close(self) -> None:
        for task in (self._following, self._settling):
            if task is not None:
                task.cancel()

    async def slots(self) -> list[Slot]:
        """All slots. While it installs RAUC may not tell: as they were last, or none."""
        with contextlib.suppress(Refusal):
            self._slots = await self._installer.slots()
        return self._slots

    async def settled(self) -> AnyState:
        """The state, after all that has happened since it was remembered."""
        state = self._memory.state
        match state:
            case Ready() if not await self._blocking(partial(self._staging.exists, state.bundle)):
                await self.enter(Idle())
            case Installing() if self._following is None or self._following.done():
                self.follow(state)
            case Activating() | Installed() if state.boot_id != boot_id():
                await self._after_restart(state)
            case Activating() if not self._restart_is_due():
                await self.enter(Installed(state.version, state.slot, state.boot_id))
        return self._memory.state

    async def enter(self, state: AnyState) -> None:
        """Remember what is done next."""
        await self._blocking(partial(self._memory.enter, state))

    async def end(
        self, state: AnyState, result: Result, version: str, reason: str | None = None
    ) -> None:
        """Remember, and tell, what has come of it."""
        await self._blocking(partial(self._memory.end, state, result, version, reason))
        self.tell(result, version, reason)

    def tell(
        self, step: FirmwareStep, version: str, message: str | None = None, percentage: int = 0
    ) -> None:
        if step != "progress":
            logger.info("Firmware %s: %s%s", version, step, f": {message}" if message else "")
        self._publish(FirmwareEvent(step, version, percentage, message, iso_utc()))

    def follow(self, installing: Installing, stale: Progress | None = None) -> None:
        """Wait, in a task, for the end of an installation that RAUC has begun; ``stale`` is the
        progress of what it did before.
        """
        self._following = asyncio.create_task(self._follow(installing, stale))

    def expect_restart(self) -> None:
        """The order to restart is being given."""
        self._restart_ordered_s = time.monotonic()

    async def _follow(self, installing: Installing, stale: Progress | None) -> None:
        bundle = installing.bundle

        def on_progress(progress: Progress) -> None:
            self.progress = progress
            self.tell("progress", bundle.version, progress.message, progress.percentage)

        release = await self._blocking(partial(self._staging.protect, bundle))
        try:
            installation = Installation(self._installer, on_progress, stale)
            fault = await installation.fault(installing)
        finally:
            self.progress = None
            release()
        await self._blocking(partial(self._staging.remove, bundle))
        if fault is None:
            installed = Installed(bundle.version, installing.slot, boot_id())
            await self.end(installed, "installed", bundle.version)
        else:
            await self.end(Idle(), "failed", bundle.version, fault)

    async def _settle(self) -> None:
        told = ""
        while True:
            try:
                await self.settled()
            except CameradError as error:
                if told != error.message:
                    told = error.message
                    logger.warning("The update cannot be looked after: %s", told)
            else:
                if not self.testing:
                    return
            await asyncio.sleep(SETTLE_S)

    async def _after_restart(self, state: Installed | Activating) -> None:
        slots = await self.slots()
        booted = next((slot for slot in slots if slot.booted), None)
        wanted = next((slot for slot in slots if slot.name == state.slot), None)
        if booted is None or wanted is None:
            return
        if booted == wanted:
            self.testing = not self._notes.proven(booted.bootname)
            if not self.testing:
                await self.end(Idle(), "activated", state.version)
        elif isinstance(state, Activating) and wanted.activations <= state.activations:
            # The power was cut before the bootloader was told.
            await self.enter(Installed(state.version, state.slot, boot_id()))
        elif isinstance(state, Activating) or self._notes.failure():
            reason = self._notes.failure() or "It did not start, or was not healthy in time"
            await self.end(Idle(), "rolled_back", state.version, reason)

    def _restart_is_due(self) -> bool:
        return time.monotonic() - self._restart_ordered_s < REBOOT_S

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
