"""Which system runs."""

from pathlib import Path
from typing import Final

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
OS_RELEASE: Final = (Path("/etc/os-release"), Path("/usr/lib/os-release"))


def boot_id() -> str:
    """Another one after every start of the kernel."""
    return BOOT_ID.read_text().strip()


def image_version() -> str | None:
    """``IMAGE_VERSION`` of os-release(5), which an image's recipe sets; None without it."""
    for path in OS_RELEASE:
        try:
            lines = path.read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            name, _, value = line.partition("=")
            if name == "IMAGE_VERSION":
                return value.strip("\"'") or None
    return None
