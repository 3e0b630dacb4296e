import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = 2
"""Trees of each stage, so that two branches in turn do not undo each other's."""


class Cache:
    """A folder of directory trees, each named after its stage and what it was made from."""

    def __init__(self, name: str) -> None:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.path = Path(base) / "camerad" / name
        self.path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def tree(self, stage: str, key: str, make: Callable[[Path], None]) -> Path:
        tree = self.path / f"{stage}-{key}"
        if not tree.is_dir():
            unfinished = self.path / f"unfinished-{stage}"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(tree)
        os.utime(tree)
        self._forget_older(stage)
        return tree

    def _forget_older(self, stage: str) -> None:
        trees = sorted(self.path.glob(f"{stage}-*"), key=lambda tree: tree.stat().st_mtime)
        for tree in trees[:-KEPT]:
            shutil.rmtree(tree)


def digest(paths: Iterable[Path], seed: str) -> str:
    """Of all files' names and contents, and whether they are executable: another checkout of the
    same sources, made under another umask, has the same.
    """
    sha256 = hashlib.sha256(seed.encode())
    for path in paths:
        for file in files_of(path):
            content = os.readlink(file).encode() if file.is_symlink() else file.read_bytes()
            mode = file.lstat().st_mode
            kind = f"{stat.S_IFMT(mode)} {mode & stat.S_IXUSR} {len(content)}"
            heading = f"{file.relative_to(path.parent)} {kind}\n"
            sha256.update(heading.encode() + content)
    return sha256.hexdigest()[:16]


def files_of(path: Path) -> list[Path]:
    """All but what tools have left beside the sources."""
    found = sorted([path, *path.rglob("*")])
    return [
        file
        for file in found
        if (file.is_symlink() or file.is_file())
        and not any(part == "__pycache__" or part.endswith(".egg-info") for part in file.parts)
    ]
