"""What a bundle must be before it may touch a slot."""

import os
import stat
from pathlib import Path

from camerad import __version__
from camerad.errors import IncompatibleFirmware, InvalidSignature, UpdateInProgress
from camerad.firmware.rauc import BundleInfo, Installer, Slot
from camerad.firmware.running import image_version
from camerad.firmware.versions import is_older
from camerad.system.bus import Refusal


class Verifier:
    """Has RAUC verify bundles, and compares them with the device."""

    def __init__(self, installer: Installer) -> None:
        self._installer = installer

    async def verify(self, path: str, slots: list[Slot], *, force: bool) -> BundleInfo:
        """Examine the bundle at a real path; ``force`` lets an older one pass.

        Raises ``InvalidSignature`` and ``IncompatibleFirmware``.
        """
        info = await self._inspect(path)
        await self._check_compatible(info)
        _check_version(info.version, running_version(slots), force=force)
        _check_sizes(info, slots)
        return info

    async def _inspect(self, path: str) -> BundleInfo:
        try:
            return await self._installer.inspect(path)
        except Refusal as refusal:
            if await self._installer.busy():
                raise UpdateInProgress("An installation is under way") from refusal
            raise _invalid(refusal.text.replace(path, "the bundle"), path) from refusal

    async def _check_compatible(self, info: BundleInfo) -> None:
        own = await self._installer.compatible()
        if info.compatible != own:
            raise IncompatibleFirmware(
                "The bundle is for another device",
                f"It is for {info.compatible!r}, this is {own!r}",
            )


def running_version(slots: list[Slot]) -> str:
    """The image's own word, else that of the bundle it came in, else camerad's."""
    booted = next((slot.version for slot in slots if slot.booted), None)
    return image_version() or booted or __version__


def _check_version(version: str, running: str, *, force: bool) -> None:
    if not force and is_older(version, running):
        raise IncompatibleFirmware(
            "The bundle is older than what runs",
            f"It is {version}, {running} runs; with force=true it can be installed all the same",
        )


def _check_sizes(info: BundleInfo, slots: list[Slot]) -> None:
    for slot in slots:
        size_bytes = info.image_sizes_bytes.get(slot.kind, 0)
        room_bytes = _device_bytes(slot.device)
        if not slot.booted and room_bytes is not None and size_bytes > room_bytes:
            raise IncompatibleFirmware(
                "The bundle is too large for this device",
                f"Its image has {size_bytes} bytes, the slot {slot.name} {room_bytes}",
            )


def _device_bytes(device: str) -> int | None:
    """How much a block device holds, by the kernel's own word: camerad may not open it."""
    try:
        status = os.stat(device)
        if not stat.S_ISBLK(status.st_mode):
            return status.st_size
        number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
        return int(Path(f"/sys/dev/block/{number}/size").read_text()) * 512
    except (OSError, ValueError):
        return None


def _invalid(text: str, path: str) -> InvalidSignature:
    """What RAUC has against a bundle. Older ones do not tell; the file itself tells some of it."""
    if "expired" in text:
        return InvalidSignature("The certificate that signed the bundle has expired", text)
    if not _has_signature(path):
        return InvalidSignature("The file is cut short, or no bundle, or not signed", text)
    return InvalidSignature("The bundle is damaged, or signed by somebody unknown", text)


def _has_signature(path: str) -> bool:
    """Whether the file ends as bundles do: in a CMS structure, and its size as 64 bits."""
    with open(path, "rb") as file:
        file_bytes = file.seek(0, os.SEEK_END)
        if file_bytes < 16:
            return False
        file.seek(-8, os.SEEK_END)
        signature_bytes = int.from_bytes(file.read(8))
        if not 0 < signature_bytes <= file_bytes - 8:
            return False
        file.seek(-8 - signature_bytes, os.SEEK_END)
        return file.read(1) == b"\x30"  # a DER SEQUENCE
