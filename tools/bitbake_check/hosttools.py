"""What stands in for a tool chain: programs of this machine, and the Python build tools in the very
versions that the release has, so that what they cannot build shows.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from bitbake_check.build import write_if_new
from bitbake_check.checkouts import Checkouts

PROFILE = Path(__file__).parent / "profile"
BUILD_TOOLS = {
    "python3-build": "build",
    "python3-flit-core": "flit_core",
    "python3-hatch-vcs": "hatch-vcs",
    "python3-hatchling": "hatchling",
    "python3-installer": "installer",
    "python3-poetry-core": "poetry-core",
    "python3-setuptools": "setuptools",
    "python3-setuptools-scm": "setuptools-scm",
    "python3-wheel": "wheel",
}


class HostTools:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, checkouts: Checkouts) -> None:
        wanted = [
            f"{package}=={version}"
            for recipe, package in BUILD_TOOLS.items()
            for version in checkouts.versions(recipe)
        ]
        self.folder.mkdir(parents=True, exist_ok=True)
        for wrapper in (PROFILE / "bin").iterdir():
            shutil.copy(wrapper, self.folder)
        installed = self.folder / "venv/installed"
        if installed.is_file() and installed.read_text() == repr(wanted):
            return
        venv.create(self.folder / "venv", clear=True, with_pip=True)
        pip = (self.folder / "venv/bin/python3", "-m", "pip", "--disable-pip-version-check")
        subprocess.run([*pip, "install", "--quiet", *wanted], check=True)
        installed.write_text(repr(wanted))

    def add_to(self, build: Path) -> list[str]:
        """Gives the lines that local.conf needs."""
        classes = build / "classes"
        classes.mkdir(parents=True, exist_ok=True)
        write_if_new(classes / "hosttools.bbclass", (PROFILE / "hosttools.bbclass").read_text())
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        return [
            f'HOST_TOOLS = "{self.folder}"',
            f'PYTHON_BASEVERSION:forcevariable = "{python}"',
            f"require {PROFILE}/hosttools.conf",
        ]
