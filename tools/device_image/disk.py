"""The disk of the device, as the bootloader and RAUC want it:

boot        FAT    the bootloader, and what it and RAUC tell each other
rootfs-a    a slot, which holds a squashfs
rootfs-b    the other one, empty
data        ext4   all that outlives an update
"""

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

from device_image.commands import run

INPUTS = (Path(__file__),)
MIB = 1024**2
EFI_SYSTEM, LINUX = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
BOOT_MIB = 64
SLOT_MIB = 320
DATA_MIB = 2048


@dataclass(frozen=True, slots=True)
class Partition:
    label: str
    kind: str
    size_mib: int
    content: Path | None


def write(path: Path, boot_files: Path, rootfs: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        boot, data = Path(scratch) / "boot", Path(scratch) / "data"
        make_fat(boot, boot_files)
        make_ext4(data)
        partitions = (
            Partition("boot", EFI_SYSTEM, BOOT_MIB, boot),
            Partition("rootfs-a", LINUX, SLOT_MIB, rootfs),
            Partition("rootfs-b", LINUX, SLOT_MIB, None),
            Partition("data", LINUX, DATA_MIB, data),
        )
        assemble(path, partitions)


def assemble(path: Path, partitions: tuple[Partition, ...]) -> None:
    """Sparse; the first and the last MiB are the partition table's."""
    lines = ["label: gpt", "first-lba: 2048"]
    lines += [f"size={p.size_mib}MiB, type={p.kind}, name={p.label}" for p in partitions]
    make_sparse(path, sum(part.size_mib for part in partitions) + 2)
    run("sfdisk", "--quiet", path, stdin="\n".join(lines).encode())
    start_mib = 1
    for part in partitions:
        if part.content:
            copy_into(path, part, start_mib)
        start_mib += part.size_mib


def copy_into(path: Path, part: Partition, start_mib: int) -> None:
    if part.content is None or math.ceil(part.content.stat().st_size / MIB) > part.size_mib:
        raise ValueError(f"{part.content} does not fit into {part.label}, {part.size_mib} MiB")
    options = ("bs=1M", f"seek={start_mib}", "conv=notrunc,sparse", "status=none")
    run("dd", f"if={part.content}", f"of={path}", *options)


def make_sparse(path: Path, size_mib: int) -> None:
    with path.open("wb") as file:
        file.truncate(size_mib * MIB)


def make_fat(path: Path, files: Path) -> None:
    make_sparse(path, BOOT_MIB)
    run("mkfs.vfat", "-F", "32", "-n", "BOOT", path)
    run("mcopy", "-s", "-i", path, *sorted(files.iterdir()), "::/")


def make_ext4(path: Path) -> None:
    make_sparse(path, DATA_MIB)
    run("mkfs.ext4", "-q", "-L", "data", "-m", "0", path)
