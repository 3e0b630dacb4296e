"""The root file system is made in three stages, each a directory tree on top of the one before:

    system   Debian's packages                    packages.txt
    locked   camerad's dependencies, compiled     requirements.lock
    device   camerad itself, and its files        src/, rootfs-overlay/

Each is cached under the hash of what goes into it. What differs between the images of one device,
its version and more files, comes on top when the tree is packed.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from device_image import debian, disk, grub, identity, initrd, python
from device_image.cache import Cache, digest
from device_image.commands import run, run_in, say
from device_image.trees import copy_tree, install_files, link_tree, remove

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements.lock"
OVERLAY = CHECKOUT / "rootfs-overlay"
CODE = [CHECKOUT / name for name in python.WHEEL_SOURCES]
SMOKE_TEST = "import camerad.serve, turbojpeg; turbojpeg.TurboJPEG()"
"""A library that is missing shows here, not in the device."""
SERVICES = ("systemd-networkd", "systemd-network-generator")
PRESET = "usr/lib/systemd/system-preset/50-camerad.preset"
KERNEL_OPTIONS = (
    "quiet",
    # What only costs emulated time: a login prompt, first-boot chores, processor mitigations.
    "systemd.getty_auto=no",
    "systemd.mask=getty.target",
    "systemd.mask=e2scrub_reap.service",
    "systemd.mask=user@0.service",
    "systemd.condition-needs-update=0",
    "mitigations=off",
)


@dataclass(frozen=True, slots=True)
class Arch:
    debian: str
    wheels: str
    """As in a wheel's platform tag."""
    compatible: str
    """What RAUC calls devices that take the same bundles."""
    grub: grub.Platform
    console: str
    """The serial port, as Linux calls it."""


ARCHES = {
    "x86-64": Arch(
        debian="amd64",
        wheels="x86_64",
        compatible="camerad-qemux86-64",
        grub=grub.Platform("x86_64-efi", "BOOTX64.EFI"),
        console="ttyS0",
    ),
    "arm64": Arch(
        debian="arm64",
        wheels="aarch64",
        compatible="camerad-qemuarm64",
        grub=grub.Platform("arm64-efi", "BOOTAA64.EFI"),
        console="ttyAMA0",
    ),
}


@dataclass(frozen=True, slots=True)
class Build:
    arch: Arch
    version: str
    keyring: Path
    """Whose bundles the device takes: certificates, in PEM."""
    overlay: Path | None
    """More files, laid over all others."""


def make_image(build: Build, output: Path) -> None:
    arch = build.arch
    cache = Cache(f"device-image/{arch.debian}")
    packages = debian.package_names(arch.debian)
    system_key = digest(debian.INPUTS, seed=f"{arch.debian} {packages}")
    locked_key = digest([LOCK, *python.INPUTS], seed=system_key)
    made_of = [*CODE, OVERLAY, *identity.INPUTS, *initrd.INPUTS, build.keyring, Path(__file__)]
    device_key = digest(made_of, seed=locked_key)
    added = [build.overlay] if build.overlay else []
    packing = [*disk.INPUTS, *grub.INPUTS, *added]
    image_key = digest(packing, seed=f"{device_key} {build.version}")
    with cache.locked():
        if read_key(output) == image_key:
            return
        system = cache.tree("system", system_key, lambda tree: make_system(arch, tree))
        locked = cache.tree("locked", locked_key, lambda tree: make_locked(arch, system, tree))
        device = cache.tree("device", device_key, lambda tree: make_device(build, locked, tree))
        shutil.rmtree(output, ignore_errors=True)
        output.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=cache.path) as scratch:
            tree = Path(scratch) / "tree"
            link_tree(device, tree)
            finish(build, tree)
            write_files(arch, tree, output)
        key_file(output).write_text(image_key)


def make_system(arch: Arch, tree: Path) -> None:
    say("installing Debian's packages")
    debian.install(arch.debian, tree)


def make_locked(arch: Arch, system: Path, tree: Path) -> None:
    say("installing requirements.lock")
    copy_tree(system, tree)
    python.install_locked(LOCK, arch.wheels, tree)
    python.compile_in(tree, python.SITE_PACKAGES)


def make_device(build: Build, locked: Path, tree: Path) -> None:
    say("installing camerad")
    copy_tree(locked, tree)
    python.install_camerad(CHECKOUT, tree)
    python.compile_in(tree, python.CAMERAD)
    install_files(OVERLAY, tree)
    identity.set_up_rauc(tree, build.arch.compatible, grub.RAUC_SETTINGS, build.keyring)
    run_in(tree, "python3", "-c", SMOKE_TEST)
    run_in(tree, "systemd-sysusers")
    run_in(tree, "systemctl", "--quiet", "enable", *SERVICES)
    run_in(tree, "systemctl", "--quiet", "preset", *preset_units(tree))
    add_boot_files(tree)


def preset_units(tree: Path) -> list[str]:
    lines = (tree / PRESET).read_text().splitlines()
    return [line.removeprefix("enable ") for line in lines if line.startswith("enable ")]


def add_boot_files(tree: Path) -> None:
    """What the bootloader reads from a slot; and mount points, which nobody can make later."""
    kernel = (tree / "vmlinuz").read_bytes()
    remove(tree, ["boot", "vmlinuz*", "initrd.img*"])
    for folder in ("boot", "data"):
        (tree / folder).mkdir()
    initrd.write(tree, tree / "boot/initrd")
    (tree / "boot/vmlinuz").write_bytes(kernel)


def finish(build: Build, tree: Path) -> None:
    """The tree's files are the cache's own: they can be replaced, not changed."""
    if build.overlay:
        install_files(build.overlay, tree)
    identity.write_version(tree, build.version)


def write_files(arch: Arch, tree: Path, output: Path) -> None:
    say("packing")
    for name in ("initrd", "vmlinuz"):
        shutil.copyfile(tree / "boot" / name, output / name)
    # LZO is what an emulated processor unpacks fast and GRUB can read.
    options = ("-comp", "lzo", "-Xalgorithm", "lzo1x_1_15", "-no-xattrs", "-no-progress", "-quiet")
    rootfs = output / "rootfs.squashfs"
    with tempfile.TemporaryDirectory() as scratch:
        boot_files = Path(scratch)
        kernel_options = " ".join((f"console={arch.console}", *KERNEL_OPTIONS))
        grub.write_boot_files(tree, arch.grub, kernel_options, boot_files)
        # The boot partition has what is needed of it.
        remove(tree, [grub.MODULE_FOLDER])
        run("mksquashfs", tree, rootfs, *options)
        disk.write(output / "disk.img", boot_files, rootfs)


def key_file(output: Path) -> Path:
    return output / "key"


def read_key(output: Path) -> str | None:
    """What the image was made from; None if it was never finished."""
    try:
        return key_file(output).read_text()
    except FileNotFoundError:
        return None
