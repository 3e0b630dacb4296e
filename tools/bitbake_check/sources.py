"""Source distributions, from PyPI into BitBake's download folder."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bitbake_check.locked import Pin, pins
from bitbake_check.recipes import Recipe


def download(recipes: list[Recipe], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for recipe in recipes:
        pin = pins()[recipe.package]
        if not (folder / f".{recipe.package}-{pin.version}").exists():
            download_one(recipe.package, pin, folder)


def download_one(package: str, pin: Pin, folder: Path) -> None:
    hashes = " ".join(f"--hash=sha256:{sha256}" for sha256 in sorted(pin.sha256))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirement:
        requirement.write(f"{package}=={pin.version} {hashes}\n")
        requirement.flush()
        pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download")
        options = ("--no-deps", f"--no-binary={package}", f"--dest={folder}", "--require-hashes")
        subprocess.run([*pip, *options, f"--requirement={requirement.name}"], check=True)
    (folder / f".{package}-{pin.version}").touch()
