"""GRUB for UEFI: the files of the boot partition."""

import shutil
from pathlib import Path

from device_image.commands import run

INPUTS = (Path(__file__),)
MODULES = (
    *("part_gpt", "fat", "squash4", "lzopio", "linux", "loadenv"),
    *("normal", "test", "echo", "regexp", "reboot"),
)
RAUC_SETTINGS = "bootloader=grub\ngrubenv=/boot/grubenv"
STATE = ("ORDER=A B", "A_OK=1", "B_OK=0", "A_TRY=0", "B_TRY=0")
"""Of a disk with a system in the first slot only."""


def write_boot_files(share: Path, kernel_options: str, folder: Path) -> None:
    """``share`` is where the overlay keeps the bootloader's configuration."""
    efi = folder / "EFI/BOOT"
    efi.mkdir(parents=True)
    shutil.copyfile(share / "grub.cfg", efi / "grub.cfg")
    image = ("--output", efi / "BOOTX64.EFI", "--prefix=/EFI/BOOT", *MODULES)
    run("grub-mkimage", "--format=x86_64-efi", *image)
    state = folder / "grubenv"
    run("grub-editenv", state, "create")
    run("grub-editenv", state, "set", *STATE, f"bootargs={kernel_options}")
