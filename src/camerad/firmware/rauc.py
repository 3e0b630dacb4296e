"""RAUC, the installer, over its D-Bus interface (RAUC's manual, "D-Bus API")."""

import asyncio
from typing import Any, Final

from msgspec import Struct

from camerad.system.bus import Peer, Refusal, SystemBus

RAUC: Final = Peer(
    "The installer (RAUC)",
    "de.pengutronix.rauc",
    "/",
    "de.pengutronix.rauc.Installer",
)

SILENCE_S: Final = 5.0
"""After so long without a signal RAUC is asked itself: it may have been started anew."""


class BundleInfo(Struct, frozen=True):
    """What the signed manifest of a bundle says."""

    compatible: str
    version: str
    image_sizes_bytes: dict[str, int]
    """By class of slot; empty where RAUC does not tell."""


class Slot(Struct, frozen=True):
    """One of the places that a system can be booted from."""

    name: str
    kind: str
    """The class: images are meant for one."""
    bootname: str
    device: str
    booted: bool
    good: bool
    """The bootloader would start it."""
    version: str | None
    """Of the bundle that was installed; None if that was not by RAUC."""
    installed: str | None
    """When, as ISO 8601."""
    installations: int
    activations: int
    intact: bool
    """The last installation went to its end."""


class Progress(Struct, frozen=True):
    """How far an installation is."""

    percentage: int
    message: str


class Installer:
    """Raises ``ServiceMissing`` where RAUC cannot be reached, ``Refusal`` where it refuses."""

    def __init__(self, bus: SystemBus) -> None:
        self._bus = bus
        self._signalled = asyncio.Event()
        bus.listen(RAUC, self._signalled.set)

    async def inspect(self, path: str) -> BundleInfo:
        """Verify the bundle at a real path; raises ``Refusal`` if its signature is not good."""
        try:
            [info] = await self._bus.call(RAUC, "InspectBundle", "sa{sv}", path, {})
        except Refusal as refusal:
            if not refusal.unknown_method:
                raise
            # RAUC before 1.9.
            compatible, version = await self._bus.call(RAUC, "Info", "s", path)
            return BundleInfo(compatible, version, {})
        update = info["update"]
        sizes = {image["slot-class"]: image.get("size", 0) for image in info.get("images", ())}
        return BundleInfo(update["compatible"], update.get("version", ""), sizes)

    async def install(self, path: str) -> None:
        """Begin; when RAUC is no longer ``busy`` it is over."""
        self._signalled.clear()
        await self._bus.call(RAUC, "InstallBundle", "sa{sv}", path, {})

    async def wait_for_change(self) -> None:
        """Until RAUC has signalled something, or has been silent for a while."""
        try:
            async with asyncio.timeout(SILENCE_S):
                await self._signalled.wait()
        except TimeoutError:
            return
        self._signalled.clear()

    async def busy(self) -> bool:
        return bool(await self._bus.property(RAUC, "Operation") != "idle")

    async def progress(self) -> Progress:
        percentage, message, _depth = await self._bus.property(RAUC, "Progress")
        return Progress(percentage, message)

    async def last_error(self) -> str:
        return str(await self._bus.property(RAUC, "LastError"))

    async def compatible(self) -> str:
        return str(await self._bus.property(RAUC, "Compatible"))

    async def slots(self) -> list[Slot]:
        """All that can be booted from, by name."""
        [described] = await self._bus.call(RAUC, "GetSlotStatus")
        slots = [_slot(name, facts) for name, facts in described if facts.get("bootname")]
        return sorted(slots, key=lambda slot: slot.name)

    async def primary(self) -> str | None:
        """The slot that the next boot tries first; None if the bootloader cannot tell."""
        try:
            [name] = await self._bus.call(RAUC, "GetPrimary")
        except Refusal:
            return None
        return str(name) or None

    async def activate(self, slot: str) -> None:
        """Have the bootloader try a slot first."""
        await self._bus.call(RAUC, "Mark", "ss", "active", slot)


def _slot(name: str, facts: dict[str, Any]) -> Slot:
    return Slot(
        name=name,
        kind=facts["class"],
        bootname=facts["bootname"],
        device=facts["device"],
        booted=facts["state"] == "booted",
        good=facts.get("boot-status") == "good",
        version=facts.get("bundle.version"),
        installed=facts.get("installed.timestamp"),
        installations=facts.get("installed.count", 0),
        activations=facts.get("activated.count", 0),
        intact=facts.get("status") == "ok",
    )
