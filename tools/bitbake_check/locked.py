"""requirements.lock: what a device runs, to the last dependency."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from bitbake_check.recipes import CHECKOUT

LOCK = CHECKOUT / "requirements.lock"
_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pin:
    version: str
    sha256: frozenset[str]
    """Of the source distribution and of every wheel."""


@cache
def pins() -> dict[str, Pin]:
    entries = LOCK.read_text().replace("\\\n", " ").splitlines()
    return {
        found[1]: Pin(found[2], frozenset(_HASH.findall(entry)))
        for entry in entries
        if (found := _PIN.match(entry))
    }


@cache
def requirements() -> dict[str, str]:
    """What camerad itself demands, and of which versions, as pyproject.toml says."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    names = [re.match(r"([A-Za-z0-9_.-]+)(.*)", line) for line in project["dependencies"]]
    return {normalized(found[1]): found[2].strip() for found in names if found}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
