"""What an image says of itself: to clients, and to RAUC."""

import shutil
from pathlib import Path

INPUTS = (Path(__file__),)


def write_version(tree: Path, version: str) -> None:
    path = tree / "usr/lib/os-release"
    text = path.read_text() + f'IMAGE_ID=camerad\nIMAGE_VERSION="{version}"\n'
    path.unlink()
    path.write_text(text)


def set_up_rauc(tree: Path, compatible: str, bootloader: str, keyring: Path) -> None:
    """Fill in what the overlay leaves open."""
    config = tree / "etc/rauc/system.conf"
    text = config.read_text()
    text = text.replace("@COMPATIBLE@", compatible).replace("@BOOTLOADER@", bootloader)
    config.write_text(text)
    shutil.copyfile(keyring, tree / "etc/rauc/keyring.pem")
