"""What is in a directory."""

import os
import stat
from collections.abc import Iterator

from msgspec import Struct

from camerad.storage.paths import VirtualPath, is_name
from camerad.storage.root import Root


class Entry(Struct, frozen=True):
    """A file or a directory."""

    name: str
    """Relative to what is listed: ``2025/a.avi`` in a recursive listing."""
    is_directory: bool
    size: int
    """Bytes; 0 for a directory."""
    modified_s: float
    """Seconds since the epoch."""


class Listing(Struct, frozen=True):
    """A directory's entries, by name."""

    path: str
    entries: list[Entry]

    @property
    def total_size(self) -> int:
        return sum(entry.size for entry in self.entries)

    @property
    def file_count(self) -> int:
        return len(self.entries) - self.directory_count

    @property
    def directory_count(self) -> int:
        return sum(entry.is_directory for entry in self.entries)


def list_directory(
    root: Root, path: VirtualPath, *, recursive: bool, suffix: str | None
) -> Listing:
    """Everything that a client could name. With a ``suffix``, only files that end in it."""
    entries: list[Entry] = []
    pending = [""]
    while pending:
        below = pending.pop()
        for entry in _scan(root, path, below):
            if entry.is_directory and recursive:
                pending.append(f"{entry.name}/")
            if suffix is None or (not entry.is_directory and _ends_in(entry.name, suffix)):
                entries.append(entry)
    return Listing(str(path), sorted(entries, key=lambda entry: entry.name))


def _scan(root: Root, path: VirtualPath, below: str) -> Iterator[Entry]:
    names = (*path.names, *below.split("/")[:-1])
    try:
        descriptor = root.open(names, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        # Removed since its parent was listed, or not for us to read.
        if below:
            return
        raise
    try:
        with os.scandir(descriptor) as scan:
            for item in scan:
                if is_name(item.name) and (entry := _entry(item, below)):
                    yield entry
    finally:
        os.close(descriptor)


def _entry(item: os.DirEntry[str], below: str) -> Entry | None:
    try:
        status = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    name = below + item.name
    if stat.S_ISDIR(status.st_mode):
        return Entry(name, is_directory=True, size=0, modified_s=status.st_mtime)
    if stat.S_ISREG(status.st_mode):
        return Entry(name, is_directory=False, size=status.st_size, modified_s=status.st_mtime)
    return None


def _ends_in(name: str, suffix: str) -> bool:
    return name.lower().endswith("." + suffix.lower().removeprefix("."))
