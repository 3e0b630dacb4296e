import shutil
import sys
import tempfile
from pathlib import Path

from device_image.commands import run, run_in

INPUTS = (Path(__file__),)
WHEEL_SOURCES = ("LICENSE", "README.md", "pyproject.toml", "src")
VERSION = "3.13"
SITE_PACKAGES = f"usr/local/lib/python{VERSION}/dist-packages"
CAMERAD = f"{SITE_PACKAGES}/camerad"
NEWEST_GLIBC_MINOR = 41
SOURCE_ONLY = ("pyturbojpeg", "wsdiscovery")
"""Pure Python, published without a wheel."""
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


def install_locked(lock: Path, machine: str, tree: Path) -> None:
    """pip of this machine picks the wheels of the device's Python, which may be another one."""
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC_MINOR, 16, -1)]
    run(
        *(*PIP, "install", "--require-hashes", f"--requirement={lock}"),
        "--no-deps",  # the lock is complete, and pip takes --no-binary in no other way here
        "--only-binary=:all:",
        f"--no-binary={','.join(SOURCE_ONLY)}",
        "--no-build-isolation",
        f"--python-version={VERSION}",
        *(f"--platform={platform}" for platform in platforms),
        "--no-compile",
        f"--target={tree / SITE_PACKAGES}",
    )
    shutil.rmtree(tree / SITE_PACKAGES / "bin")


def install_camerad(checkout: Path, tree: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wheel = build_wheel(checkout, Path(scratch))
        run(*PIP, "install", "--no-deps", "--no-compile", f"--target={tree / SITE_PACKAGES}", wheel)
    commands = tree / SITE_PACKAGES / "bin"
    install_command(commands / "camerad", tree / "usr/bin/camerad")
    shutil.rmtree(commands)


def build_wheel(checkout: Path, scratch: Path) -> Path:
    # From a copy: setuptools packs whatever an earlier build has left in the checkout.
    source = scratch / "source"
    source.mkdir()
    run("cp", "-a", *(checkout / name for name in WHEEL_SOURCES), source)
    wheels = scratch / "wheels"
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={wheels}", source)
    (wheel,) = wheels.iterdir()
    return wheel


def install_command(script: Path, path: Path) -> None:
    # pip made it start with the path of the interpreter that pip ran under.
    _, _, code = script.read_text().partition("\n")
    path.write_text(f"#!/usr/bin/python3\n{code}")
    path.chmod(0o755)


def compile_in(tree: Path, folder: str) -> None:
    options = ("-q", "-j0", "--invalidation-mode=unchecked-hash")
    run_in(tree, "python3", "-m", "compileall", *options, f"/{folder}")
