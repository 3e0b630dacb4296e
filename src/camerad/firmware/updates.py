"""The updates that clients ask for: which are possible now, and how each is begun."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from camerad.errors import CameradError, NoFirmware, ServiceMissing, UpdateInProgress
from camerad.firmware.course import Course
from camerad.firmware.memory import Activating, AnyState, Bundle, Idle, Installed, Installing, Ready
from camerad.firmware.rauc import Installer, Slot
from camerad.firmware.running import boot_id
from camerad.firmware.staging import Staging
from camerad.firmware.verifier import Verifier, running_version
from camerad.storage.writer import Writer
from camerad.system.bus import Refusal
from camerad.system.reboot import Reboot

T = TypeVar("T")


class Incoming(Struct, frozen=True):
    """A bundle whose upload has ended, not yet under its name."""

    writer: Writer
    path: str
    """Where it shall appear: virtual."""
    began_s: float
    """When its upload began, by the monotonic clock."""
    force: bool
    """It may be older than what runs."""


class Overview(Struct, frozen=True):
    """All there is to know at one moment."""

    running: str
    compatible: str
    state: AnyState
    slots: list[Slot]
    primary: str | None


class Updates:
    """One at a time: who comes second gets ``UpdateInProgress``.

    Every method may raise ``ServiceMissing``: there is no RAUC here, or no way to restart.
    """

    def __init__(
        self,
        *,
        course: Course,
        installer: Installer,
        staging: Staging,
        reboot: Reboot,
        threads: Executor,
        ailing: Callable[[], list[str]],
    ) -> None:
        """``ailing`` gives the names of the health checks that fail now."""
        self.course = course
        self._installer = installer
        self._verifier = Verifier(installer, threads)
        self._staging = staging
        self._reboot = reboot
        self._threads = threads
        self._ailing = ailing
        self._at_work = False
        self._taken_at_s = float("-inf")

    async def overview(self) -> Overview:
        state = await self.course.settled()
        slots = await self.course.slots()
        compatible = await self._installer.compatible()
        primary = await self._installer.primary()
        return Overview(running_version(slots), compatible, state, slots, primary)

    async def take(self, incoming: Incoming, *, install: bool) -> Bundle:
        """Verify an uploaded bundle and let it appear; with ``install`` begin to install it.

        Raises ``InvalidSignature`` and ``IncompatibleFirmware``, and what ``commit`` raises.
        """
        return await self._undisturbed(self._take(incoming, install=install))

    async def install(self, *, force: bool) -> Bundle:
        """Begin to install the bundle that waits; raises ``NoFirmware`` if none does."""
        return await self._undisturbed(self._install(force=force))

    async def activate(self) -> str:
        """Restart into what was installed; gives its version. Raises ``NoFirmware``."""
        return await self._undisturbed(self._activate())

    async def roll_back(self) -> str:
        """Restart into the other slot; gives its version. Raises ``NoFirmware``."""
        return await self._undisturbed(self._roll_back())

    async def _take(self, incoming: Incoming, *, install: bool) -> Bundle:
        if incoming.began_s < self._taken_at_s:
            raise UpdateInProgress("Another bundle was uploaded meanwhile")
        state = await self._free_state()
        slots = await self.course.slots()
        path = await self._blocking(incoming.writer.seal)
        info = await self._verifier.verify(path, slots, force=incoming.force)
        target = _target(slots)
        bundle = Bundle(incoming.path, info.version, incoming.writer.size_bytes)
        if isinstance(state, Ready) and state.bundle.path != bundle.path:
            await self._blocking(partial(self._staging.remove, state.bundle))
        await self.course.enter(Ready(bundle))
        await self._blocking(incoming.writer.commit)
        self._taken_at_s = time.monotonic()
        self.course.tell("ready", bundle.version)
        if install:
            await self._begin(bundle, target)
        return bundle

    async def _install(self, *, force: bool) -> Bundle:
        state = await self._free_state()
        if not isinstance(state, Ready):
            raise NoFirmware("There is no bundle to install", "Upload one to /data/firmware/")
        slots = await self.course.slots()
        path = await self._blocking(partial(self._staging.path, state.bundle))
        await self._verifier.verify(path, slots, force=force)
        await self._begin(state.bundle, _target(slots))
        return state.bundle

    async def _begin(self, bundle: Bundle, target: Slot) -> None:
        path = await self._blocking(partial(self._staging.path, bundle))
        installing = Installing(bundle, target.name, target.installations)
        await self.course.enter(installing)
        try:
            stale = await self._installer.progress()
            await self._installer.install(path)
        except (ServiceMissing, Refusal) as error:
            await self.course.enter(Idle())
            await self._blocking(partial(self._staging.remove, bundle))
            if isinstance(error, ServiceMissing):
                raise
            raise UpdateInProgress("The device does not begin to install", error.text) from error
        self.course.tell("installing", bundle.version)
        self.course.follow(installing, stale)

    async def _activate(self) -> str:
        state = await self._free_state()
        if not isinstance(state, Installed):
            raise NoFirmware("No new firmware is installed", "Upload a bundle, and install it")
        slots = await self.course.slots()
        slot = next((slot for slot in slots if slot.name == state.slot), None)
        if slot is None:
            raise NoFirmware("The slot that was installed into is gone", state.slot)
        await self._restart_into(slot, state.version, state)
        return state.version

    async def _roll_back(self) -> str:
        state = await self._free_state(testing=True)
        if isinstance(state, Installed):
            raise NoFirmware(
                "The other slot holds what was just installed, not what ran before",
                f"To start {state.version}, activate it",
            )
        slots = await self.course.slots()
        other = next((slot for slot in slots if slot.good and not slot.booted), None)
        if other is None:
            raise NoFirmware("There is no good system in the other slot")
        version = other.version or "unknown"
        await self._restart_into(other, version, state)
        return version

    async def _restart_into(self, slot: Slot, version: str, before: AnyState) -> None:
        self._reboot.check()
        ailing = self._ailing()
        activating = Activating(version, slot.name, boot_id(), slot.activations, ailing)
        await self.course.enter(activating)
        self.course.expect_restart()
        try:
            await self._installer.activate(slot.name)
            await self._reboot.now()
        except (CameradError, Refusal) as error:
            await self.course.enter(before)
            await self._stay()
            if isinstance(error, CameradError):
                raise
            raise NoFirmware("The bootloader does not take the slot", error.text) from error
        self.course.tell("activating", version)

    async def _stay(self) -> None:
        """Have the bootloader start again what runs."""
        with contextlib.suppress(CameradError, Refusal):
            for slot in await self.course.slots():
                if slot.booted:
                    await self._installer.activate(slot.name)

    async def _free_state(self, *, testing: bool = False) -> AnyState:
        """The state, if something new may begin in it; raises ``UpdateInProgress``."""
        state = await self.course.settled()
        if self.course.testing and not testing:
            raise UpdateInProgress(
                "The new system is on trial", "It must have been healthy before the next update"
            )
        # Others may have RAUC install too: its own command, the updater of a fleet.
        if await self._installer.busy() or self.course.under_way:
            raise UpdateInProgress("An update is under way", "GET /api/firmware tells how far")
        return state

    async def _undisturbed(self, work: Coroutine[Any, Any, T]) -> T:
        """Do one thing at a time, and to its end: a cancellation takes effect after it."""
        with self._alone(work):
            task = asyncio.ensure_future(work)
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                await asyncio.wait([task])
                task.cancelled() or task.exception()
                raise

    @contextlib.contextmanager
    def _alone(self, work: Coroutine[Any, Any, T]) -> Iterator[None]:
        if self._at_work:
            work.close()
            raise UpdateInProgress("Another update is being verified")
        self._at_work = True
        try:
            yield
        finally:
            self._at_work = False

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _target(slots: list[Slot]) -> Slot:
    """The slot that RAUC will install into."""
    for slot in slots:
        if not slot.booted:
            return slot
    raise NoFirmware("This device has no second slot to install into")
