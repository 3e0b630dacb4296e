from pathlib import Path

from device_image.commands import run

PACKAGES = Path(__file__).with_name("packages.txt")
INPUTS = (Path(__file__), PACKAGES)
SUITE = "trixie"
MIRROR = "http://deb.debian.org/debian"
LEFT_OUT = ("bash-completion", "doc", "info", "lintian", "locale", "man")
"""Of /usr/share."""


def install(arch: str, tree: Path) -> None:
    run(
        "mmdebstrap",
        "--variant=essential",
        f"--architectures={arch}",
        f"--include={','.join(package_names())}",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
        SUITE,
        tree,
        MIRROR,
    )
    for host_key in tree.glob("etc/ssh/ssh_host_*"):
        host_key.unlink()
    (tree / "etc/hostname").write_text("camerad\n")
    # Empty, not absent: without it every start were a first boot, which asks questions.
    (tree / "etc/machine-id").write_text("")


def package_names() -> list[str]:
    lines = (line.partition("#")[0].strip() for line in PACKAGES.read_text().splitlines())
    return [line for line in lines if line]
