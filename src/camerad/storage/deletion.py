"""Removing files and whole directories, whatever is swapped in meanwhile."""

import os
from collections.abc import Sequence

from camerad.errors import DirectoryNotEmpty
from camerad.storage.root import Root


def delete(root: Root, names: Sequence[str], *, recursive: bool) -> None:
    """Remove a file, a link (never what it leads to) or, if ``recursive``, a directory with all in
    it. Raises ``DirectoryNotEmpty`` for any directory otherwise.
    """
    with root.directory(names[:-1]) as parent:
        try:
            os.unlink(names[-1], dir_fd=parent)
        except IsADirectoryError:
            if not recursive:
                raise DirectoryNotEmpty("A directory is only deleted recursively") from None
            _empty(root, tuple(names))
            os.rmdir(names[-1], dir_fd=parent)


def _empty(root: Root, top: tuple[str, ...]) -> None:
    """Remove all that is in a directory.

    Each directory is opened anew from the root, and only what stands in an open one is removed:
    a link in the place of a directory ends it with an error, and nothing outside is touched. No
    recursion, and few descriptors, however deep it goes.
    """
    pending = [top]
    while pending:
        current = pending[-1]
        below = _remove_files(root, current)
        if below:
            pending += [(*current, name) for name in below]
            continue
        pending.pop()
        if current != top:
            with root.directory(current[:-1]) as parent:
                os.rmdir(current[-1], dir_fd=parent)


def _remove_files(root: Root, names: Sequence[str]) -> list[str]:
    """Remove all but the directories in a directory; gives the names of those."""
    below = []
    with root.directory(names) as directory:
        with os.scandir(directory) as scan:
            entries = list(scan)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            else:
                os.unlink(entry.name, dir_fd=directory)
    return below
