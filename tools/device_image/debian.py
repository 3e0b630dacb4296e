import re
from collections.abc import Sequence
from pathlib import Path

from device_image import modules
from device_image.commands import run
from device_image.trees import remove

PACKAGES = Path(__file__).with_name("packages.txt")
INPUTS = (Path(__file__), Path(modules.__file__))
"""Beside the packages' names."""
SUITE = "trixie"
MIRROR = "http://deb.debian.org/debian"
PACKAGE_LINE = re.compile(r"(?P<name>[a-z0-9.+-]+)(?: +\[(?P<arch>\w+)\])?")
LEFT_OUT = ("bash-completion", "doc", "info", "lintian", "locale", "man")
"""Of /usr/share."""
REMOVED = (
    "etc/ssh/ssh_host_*",
    "usr/lib/udev/hwdb.d",  # udev reads what was made of it
    "usr/share/grub",
    "var/cache/*",
    "var/lib/apt/lists/*",
)


def install(arch: str, tree: Path) -> None:
    bootstrap(arch, package_names(arch), tree)
    remove(tree, REMOVED)
    modules.trim(tree)
    (tree / "etc/hostname").write_text("camerad\n")
    # Empty, not absent: without it every start were a first boot, which asks questions.
    (tree / "etc/machine-id").write_text("")


def bootstrap(arch: str, packages: Sequence[str], tree: Path) -> None:
    run(
        # What it mounts in the tree is gone with it, even if it is killed.
        *("unshare", "--mount"),
        # Debian's initrd would be made for minutes, under emulation, and then not be used.
        *("env", "INITRD=No"),
        "mmdebstrap",
        "--variant=essential",
        f"--architectures={arch}",
        f"--include={','.join(packages)}",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
        SUITE,
        tree,
        MIRROR,
    )


def package_names(arch: str) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in PACKAGES.read_text().splitlines())
    entries = [PACKAGE_LINE.fullmatch(line) for line in lines if line]
    return [entry["name"] for entry in entries if entry and entry["arch"] in (None, arch)]
