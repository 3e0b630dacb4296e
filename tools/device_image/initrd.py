import lzma
import shutil
import tempfile
from pathlib import Path

from device_image.commands import run, run_in

INIT = Path(__file__).with_name("init")
INPUTS = (Path(__file__), INIT)
MODULES = ("virtio_blk", "squashfs", "overlay")
DIRECTORIES = ("bin", "dev", "lower", "modules", "proc", "sys", "sysroot", "writable")


def write(tree: Path, path: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch)
        for name in DIRECTORIES:
            (files / name).mkdir()
        shutil.copy(INIT, files / "init")
        shutil.copy(tree / "usr/bin/busybox", files / "bin")
        for order, module in enumerate(module_files(tree)):
            unpacked = files / "modules" / f"{order:02}-{module.stem}"
            unpacked.write_bytes(lzma.decompress(module.read_bytes()))
        path.write_bytes(archive(files))


def archive(files: Path) -> bytes:
    names = "\n".join(str(path.relative_to(files)) for path in sorted(files.rglob("*")))
    command = (files / "bin/busybox", "cpio", "-o", "-H", "newc", "-R", "0:0")
    return run(*command, cwd=files, stdin=names.encode())


def module_files(tree: Path) -> list[Path]:
    """Each after those that it needs."""
    (kernel,) = (tree / "usr/lib/modules").iterdir()
    files: dict[Path, None] = {}
    for module in MODULES:
        listing = run_in(tree, "modprobe", "-S", kernel.name, "--show-depends", module).decode()
        for line in listing.splitlines():
            if line.startswith("insmod "):
                files[tree / line.split()[1].lstrip("/")] = None
    return list(files)
