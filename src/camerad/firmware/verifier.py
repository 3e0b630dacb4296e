"""What a bundle must be before it may touch a slot."""

import asyncio
import os
import re
import stat
import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from camerad import __version__
from camerad.errors import IncompatibleFirmware, InvalidSignature, UpdateInProgress
from camerad.firmware.rauc import BundleInfo, Installer, Slot
from camerad.firmware.running import image_version
from camerad.firmware.verity import is_damaged, signature_of
from camerad.firmware.versions import is_older
from camerad.system.bus import Refusal

T = TypeVar("T")

# The validity of an X.509 certificate: two times of two digits each (RFC 5280, 4.1.2.5.1).
_VALIDITY: Final = re.compile(rb"\x30\x1e\x17\x0d\d{12}Z\x17\x0d(\d{12})Z")


class Verifier:
    """Has RAUC verify bundles, and compares them with the device."""

    def __init__(self, installer: Installer, threads: Executor) -> None:
        self._installer = installer
        self._threads = threads

    async def verify(self, path: str, slots: list[Slot], *, force: bool) -> BundleInfo:
        """Examine the bundle at a real path; ``force`` lets an older one pass.

        Raises ``InvalidSignature`` and ``IncompatibleFirmware``.
        """
        info = await self._inspect(path)
        await self._check_compatible(info)
        _check_version(info.version, running_version(slots), force=force)
        _check_sizes(info, slots)
        if await self._blocking(partial(is_damaged, path)):
            raise InvalidSignature("The bundle is damaged", "Its content is not what was signed")
        return info

    async def _inspect(self, path: str) -> BundleInfo:
        try:
            return await self._installer.inspect(path)
        except Refusal as refusal:
            if await self._installer.busy():
                raise UpdateInProgress("An installation is under way") from refusal
            text = refusal.text.replace(path, "the bundle")
            raise await self._blocking(partial(_invalid, text, path)) from refusal

    async def _check_compatible(self, info: BundleInfo) -> None:
        own = await self._installer.compatible()
        if info.compatible != own:
            raise IncompatibleFirmware(
                "The bundle is for another device",
                f"It is for {info.compatible!r}, this is {own!r}",
            )

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


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
    with open(path, "rb") as file:
        signature = signature_of(file)
    if signature is None:
        return InvalidSignature("The file is cut short, or no bundle, or not signed", text)
    if "expired" in text or _holds_expired_certificate(signature):
        return InvalidSignature("The certificate that signed the bundle has expired", text)
    return InvalidSignature("The bundle is damaged, or signed by somebody unknown", text)


def _holds_expired_certificate(signature: bytes) -> bool:
    now = time.strftime("%y%m%d%H%M%S", time.gmtime()).encode()
    ends = _VALIDITY.findall(signature)
    return any(_full_year(end) < _full_year(now) for end in ends)


def _full_year(utc_time: bytes) -> bytes:
    """The years 50 to 99 are of the last century."""
    return (b"19" if utc_time >= b"50" else b"20") + utc_time
