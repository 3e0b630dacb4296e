import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from device_image.commands import run


def copy_tree(source: Path, target: Path) -> None:
    run("cp", "-a", "--reflink=auto", source, target)


def link_tree(source: Path, target: Path) -> None:
    """A tree of its own, of the same files."""
    run("cp", "-al", source, target)


def install_files(source: Path, tree: Path) -> None:
    """As root's own, whoever owns the checkout and whatever umask it was made under."""
    for file in source.rglob("*"):
        if file.is_file() or file.is_symlink():
            install_file(file, tree / file.relative_to(source))


def install_file(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copyfile(file, target, follow_symlinks=False)
    if not file.is_symlink():
        target.chmod(0o755 if os.access(file, os.X_OK) else 0o644)


def remove(tree: Path, patterns: Iterable[str]) -> None:
    for pattern in patterns:
        for path in tree.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
