"""One of the real directories under the virtual tree."""

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from camerad.storage.atomic import sync_directory
from camerad.storage.beneath import Opener

DIRECTORY_MODE = 0o750

_PATH_ONLY = os.O_PATH | os.O_DIRECTORY
_READABLE = os.O_RDONLY | os.O_DIRECTORY


class Root:
    """Opens what is below it. The directory is looked up each time: a card may be mounted late."""

    def __init__(self, path: Path, opener: Opener) -> None:
        self._path = path
        self._opener = opener

    def make(self) -> None:
        self._path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)

    def open(self, names: Sequence[str], flags: int) -> int:
        root = os.open(self._path, _PATH_ONLY | os.O_CLOEXEC)
        try:
            return self._opener(root, names, flags)
        finally:
            os.close(root)

    @contextlib.contextmanager
    def directory(self, names: Sequence[str]) -> Iterator[int]:
        """An open directory, to list, to change and to sync."""
        descriptor = self.open(names, _READABLE)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def make_directories(self, names: Sequence[str]) -> None:
        """Make a directory and those above it, durably; fine if it is there already.

        Raises ``FileExistsError`` if a file stands in the way.
        """
        missing: list[str] = []
        above = list(names)
        while not self._is_directory(above):
            missing.insert(0, above.pop())
        for name in missing:
            with self.directory(above) as parent:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, DIRECTORY_MODE, dir_fd=parent)
                sync_directory(parent)
            above.append(name)

    def _is_directory(self, names: Sequence[str]) -> bool:
        try:
            os.close(self.open(names, _PATH_ONLY))
        except FileNotFoundError:
            if names:
                return False
            self.make()
        except NotADirectoryError as error:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        return True
