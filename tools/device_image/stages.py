"""The root file system is made in three stages, each a directory tree on top of the one before:

    system   Debian's packages                    packages.txt
    locked   camerad's dependencies, compiled     requirements.lock
    device   camerad itself, and its files        src/, rootfs-overlay/

The first two are cached under the hash of what goes into them.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from device_image import debian, initrd, python
from device_image.cache import Cache, digest
from device_image.commands import run, run_in, say
from device_image.trees import copy_tree, install_files

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements.lock"
OVERLAY = CHECKOUT / "rootfs-overlay"
CODE = [CHECKOUT / name for name in python.WHEEL_SOURCES]
SMOKE_TEST = "import camerad.serve, turbojpeg; turbojpeg.TurboJPEG()"
"""A library that is missing shows here, not in the device."""
SERVICES = ("systemd-networkd", "systemd-network-generator")


@dataclass(frozen=True, slots=True)
class Arch:
    debian: str
    wheels: str
    """As in a wheel's platform tag."""


ARCHES = {"x86-64": Arch(debian="amd64", wheels="x86_64")}


def make_image(arch: Arch, output: Path) -> None:
    cache = Cache()
    system_key = digest(debian.INPUTS, seed=arch.debian)
    locked_key = digest([LOCK, *python.INPUTS], seed=system_key)
    device_key = digest([*CODE, OVERLAY, *initrd.INPUTS, Path(__file__)], seed=locked_key)
    with cache.locked():
        if read_key(output) == device_key:
            return
        system = cache.tree("system", system_key, lambda tree: make_system(arch, tree))
        locked = cache.tree("locked", locked_key, lambda tree: make_locked(arch, system, tree))
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=cache.path) as scratch:
            device = Path(scratch) / "device"
            make_device(locked, device)
            write_files(device, output)
        key_file(output).write_text(device_key)


def make_system(arch: Arch, tree: Path) -> None:
    say("installing Debian's packages")
    debian.install(arch.debian, tree)


def make_locked(arch: Arch, system: Path, tree: Path) -> None:
    say("installing requirements.lock")
    copy_tree(system, tree)
    python.install_locked(LOCK, arch.wheels, tree)


def make_device(locked: Path, tree: Path) -> None:
    say("installing camerad")
    copy_tree(locked, tree)
    python.install_camerad(CHECKOUT, tree)
    install_files(OVERLAY, tree)
    run_in(tree, "python3", "-c", SMOKE_TEST)
    run_in(tree, "systemd-sysusers")
    run_in(tree, "systemctl", "--quiet", "enable", *SERVICES)


def write_files(tree: Path, output: Path) -> None:
    say("packing")
    initrd.write(tree, output / "initrd")
    shutil.copyfile(tree / "vmlinuz", output / "vmlinuz")
    shutil.rmtree(tree / "boot")
    # lz4, because an emulated processor has to unpack it.
    options = ("-comp", "lz4", "-no-xattrs", "-no-progress", "-quiet")
    run("mksquashfs", tree, output / "rootfs.squashfs", *options)


def key_file(output: Path) -> Path:
    return output / "key"


def read_key(output: Path) -> str | None:
    """What the image was made from; None if it was never finished."""
    try:
        return key_file(output).read_text()
    except FileNotFoundError:
        return None
