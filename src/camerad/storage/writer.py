"""A file that appears under its name only when it is whole."""

import errno
import os
from collections.abc import Callable
from typing import Self

from msgspec import Struct

from camerad.errors import InsufficientStorage
from camerad.storage.atomic import sync_directory
from camerad.storage.faults import told_of
from camerad.storage.kernel import begin_writing_out
from camerad.storage.partial import Partial, remove_partials
from camerad.storage.paths import VirtualPath
from camerad.storage.root import Root

FILE_MODE = 0o640
"""Nothing that a client brings can be executed."""

_COPY_BYTES = 16 << 20
_WRITE_OUT_BYTES = 8 << 20


class Target(Struct, frozen=True):
    """Where a file shall appear."""

    root: Root
    path: VirtualPath
    overwrite: bool
    check: Callable[[], None]
    """Raises if it may not."""


class Writer:
    """Writes a file that has no name until ``commit``. Every call blocks.

    As a context it ends with ``abort``, which after a ``commit`` does nothing. Until then the file
    lies at the top of a root, where one look at the start finds what a killed daemon left.
    """

    def __init__(self, root: Root, path: VirtualPath, reserve_bytes: Callable[[], int]) -> None:
        """``path`` is what errors tell of."""
        self.size_bytes = 0
        self._written_out_bytes = 0
        self._path = path
        self._reserve_bytes = reserve_bytes
        self._target: Target | None = None
        with told_of(path):
            root.make_directories(())
            with root.directory(()) as directory:
                self._partial = Partial(directory, FILE_MODE)

    def fileno(self) -> int:
        """The file, to read what was written."""
        return self._partial.descriptor

    def need(self, size_bytes: int) -> None:
        """Raise ``InsufficientStorage`` unless there is room for so much more above the reserve."""
        free = os.fstatvfs(self._partial.descriptor)
        if free.f_bavail * free.f_frsize - size_bytes < self._reserve_bytes():
            raise InsufficientStorage("There is no room left on the device", str(self._path))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Raises ``InsufficientStorage`` when there is no room, or only the reserve."""
        self.need(len(data))
        with told_of(self._path):
            self._partial.write(data)
        self.size_bytes += len(data)
        self._begin_writing_out()

    def seal(self) -> str:
        """Write no more; gives where the file really is, for other programs to read."""
        self._partial.seal()
        return os.readlink(f"/proc/self/fd/{self._partial.descriptor}")

    def aim(self, target: Target) -> None:
        """Say where it shall appear; needed before ``commit``, at any time."""
        target.check()
        self._target = target
        self._path = target.path

    def commit(self) -> VirtualPath:
        """Let it appear, durably; gives where. Makes missing directories.

        Raises ``FileExists``, ``InsufficientStorage`` and what else the disk refuses; it can then
        be aimed elsewhere.
        """
        target = self._target
        assert target is not None, "commit before aim"
        target.check()
        parent = target.path.parent.names
        with told_of(target.path):
            self._partial.sync()
            target.root.make_directories(parent)
            with target.root.directory(parent) as directory:
                self._move_into(directory, target)
                sync_directory(directory)
        self._partial.close()
        return target.path

    def abort(self) -> None:
        """Leave nothing."""
        self._partial.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()

    def _begin_writing_out(self) -> None:
        """Else nearly all would be left for the sync at the end."""
        written_bytes = self.size_bytes - self._written_out_bytes
        if written_bytes >= _WRITE_OUT_BYTES:
            begin_writing_out(self._partial.descriptor, self._written_out_bytes, written_bytes)
            self._written_out_bytes = self.size_bytes

    def _move_into(self, directory: int, target: Target) -> None:
        try:
            self._partial.rename(directory, target.path.name, overwrite=target.overwrite)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # Another root, or a card mounted inside one.
            self._copy_into(directory)
            self._partial.rename(directory, target.path.name, overwrite=target.overwrite)

    def _copy_into(self, directory: int) -> None:
        # The clean-up at the start does not look here.
        remove_partials(directory)
        original, self._partial = self._partial, Partial(directory, FILE_MODE)
        with original:
            self.need(self.size_bytes)
            offset = 0
            while sent := os.sendfile(
                self._partial.descriptor, original.descriptor, offset, _COPY_BYTES
            ):
                offset += sent
            self._partial.sync()
