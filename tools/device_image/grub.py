"""GRUB for UEFI: the files of the boot partition. On arm64 U-Boot is the UEFI that starts it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from device_image.commands import run_in

INPUTS = (Path(__file__),)
MODULES = (
    *("part_gpt", "fat", "squash4", "lzopio", "linux", "loadenv"),
    *("normal", "test", "echo", "regexp", "reboot"),
)
MODULE_FOLDER = "usr/lib/grub"
RAUC_SETTINGS = "bootloader=grub\ngrubenv=/boot/grubenv"
STATE = ("ORDER=A B", "A_OK=1", "B_OK=0", "A_TRY=0", "B_TRY=0")
"""Of a disk with a system in the first slot only."""
STATE_BYTES = 1024
SHARE = "usr/share/camerad/boot"
"""Where the overlay keeps the bootloader's configuration."""


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    """GRUB's own."""
    program: str
    """What UEFI starts where nothing else was set."""


def write_boot_files(tree: Path, platform: Platform, kernel_options: str, folder: Path) -> None:
    """By the GRUB that is installed in the tree."""
    efi = folder / "EFI/BOOT"
    efi.mkdir(parents=True)
    shutil.copyfile(tree / SHARE / "grub.cfg", efi / "grub.cfg")
    options = (f"--format={platform.name}", "--prefix=/EFI/BOOT")
    # It cannot write to a pipe.
    run_in(tree, "grub-mkimage", "--output=/tmp/grub.efi", *options, *MODULES)
    shutil.move(tree / "tmp/grub.efi", efi / platform.program)
    (folder / "grubenv").write_bytes(environment(*STATE, f"bootargs={kernel_options}"))


def environment(*settings: str) -> bytes:
    """As by grub-editenv(1): of a size that never changes, as GRUB only overwrites."""
    lines = ("# GRUB Environment Block", *settings, "")
    return "\n".join(lines).encode().ljust(STATE_BYTES, b"#")
