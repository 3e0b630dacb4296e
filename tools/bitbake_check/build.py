"""A build directory, and BitBake at work in it."""

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bitbake_check.checkouts import Checkouts
from bitbake_check.recipes import LAYER

# What a build may not depend on: a network, and somebody else's C library.
OFFLINE = """\
CONF_VERSION = "2"
DISTRO = "nodistro"
BB_NO_NETWORK = "1"
CONNECTIVITY_CHECK_URIS = ""
INHERIT:remove = "uninative"
"""
LOCALE = "en_US.UTF-8"


class Failed(Exception):
    """A command of BitBake's did not succeed; its output is in the log."""


@dataclass(frozen=True, slots=True)
class Outcome:
    summary: str
    warnings: list[str]


class Build:
    def __init__(
        self, folder: Path, checkouts: Checkouts, locales: Path, programs: Path | None = None
    ) -> None:
        """``programs`` come before those of this machine."""
        self.folder = folder
        self._checkouts = checkouts
        self._locales = locales
        self._programs = programs or checkouts.bitbake / "bin"

    def configure(self, local: Sequence[str], layers: Iterable[Path], recipes: str = "") -> None:
        """``recipes`` names what belongs to no layer."""
        conf = self.folder / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        names = " ".join(map(str, layers))
        write_if_new(
            conf / "bblayers.conf",
            'LCONF_VERSION = "7"\nBBPATH = "${TOPDIR}"\n'
            f'BBFILES = "{recipes}"\nBBLAYERS = "{names}"\n',
        )
        write_if_new(conf / "local.conf", OFFLINE + "\n".join(local) + "\n")

    def run(self, name: str, *command: str | Path) -> Outcome:
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        text = log.read_text(errors="replace")
        if done.returncode != 0:
            raise Failed("\n".join([f"{name} failed; all of it is in {log}", *errors(text)]))
        summaries = re.findall(r"Tasks Summary: (.*)", text)
        warnings = re.findall(r"^WARNING: (.*)", text, re.MULTILINE)
        return Outcome(summaries[-1] if summaries else "succeeded", list(dict.fromkeys(warnings)))

    def bitbake(self, name: str, *arguments: str) -> Outcome:
        outcome = self.run(name, self._checkouts.bitbake / "bin/bitbake", *arguments)
        if not outcome.summary.endswith("all succeeded."):
            # It ends with 0 even if it was told to stop.
            raise Failed(f"{name} did not end: {outcome.warnings}")
        return outcome

    def check_layer(self) -> Outcome:
        script = self._checkouts.oe_core / "scripts/yocto-check-layer"
        dependencies = self._checkouts.layers()[1:3]
        # Those are checked by their own authors.
        options = "--no-auto-dependency", "--dependency", *dependencies
        return self.run("check-layer", script, LAYER, *options)

    def _environment(self) -> dict[str, str]:
        bitbake, oe_core = self._checkouts.bitbake, self._checkouts.oe_core
        path = (self._programs, bitbake / "bin", oe_core / "scripts", os.environ["PATH"])
        return {
            "PATH": ":".join([*map(str, path), "/usr/sbin", "/sbin"]),
            "HOME": os.environ["HOME"],
            "LC_ALL": LOCALE,
            "LOCPATH": str(self._locales),
            "BB_ENV_PASSTHROUGH_ADDITIONS": "LOCPATH",
            "BUILDDIR": str(self.folder),
            "BBPATH": str(self.folder),
            "PYTHONPATH": str(bitbake / "lib"),
        }


def errors(text: str) -> list[str]:
    """What BitBake ends with, and what it said was an error before."""
    lines = text.splitlines()
    return [*(line for line in lines[:-5] if line.startswith("ERROR: ")), *lines[-5:]]


def write_if_new(path: Path, text: str) -> None:
    """A configuration file that was touched costs minutes of parsing."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)
