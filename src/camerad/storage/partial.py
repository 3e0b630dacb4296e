"""Files on their way: written under a name that says so, until they are whole."""

import contextlib
import errno
import os
import secrets
import stat
from typing import Final, Self

from camerad.storage.kernel import rename_noreplace
from camerad.storage.locks import try_lock

PREFIX: Final = ".camerad-partial-"

_CANNOT = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


class Partial:
    """A new file in an open directory, gone at the end of the context unless it was renamed.

    It is locked while it is open, so that ``remove_partials`` takes only what a dead process left.
    """

    def __init__(self, directory: int, mode: int) -> None:
        self.descriptor, self._name = _create(directory, mode)
        """Open for reading and writing."""
        self._directory = os.dup(directory)
        self._open = True

    def rename(self, directory: int, name: str, *, overwrite: bool = True) -> None:
        """Give it its name, at once and whole; it stays open.

        Raises ``FileExistsError`` for a name that is taken, unless ``overwrite``, and ``OSError``
        with ``EXDEV`` for a directory in another file system.
        """
        if overwrite:
            os.rename(self._name, name, src_dir_fd=self._directory, dst_dir_fd=directory)
        else:
            self._rename_anew(directory, name)
        self._name = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write every byte, however few the kernel takes at once."""
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]

    def sync(self) -> None:
        os.fsync(self.descriptor)

    def seal(self) -> None:
        """Write no more: from now on it is open for reading only, as whoever leases it demands."""
        writable = self.descriptor
        self.descriptor = os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)
        os.close(writable)
        try_lock(self.descriptor)

    def close(self) -> None:
        """Close it, and remove it if it has no name yet. May be called again."""
        if not self._open:
            return
        self._open = False
        if self._name:
            with contextlib.suppress(OSError):
                os.unlink(self._name, dir_fd=self._directory)
        os.close(self._directory)
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rename_anew(self, directory: int, name: str) -> None:
        try:
            rename_noreplace(self._directory, self._name, directory, name)
        except (OSError, AttributeError) as error:
            if isinstance(error, OSError) and error.errno not in _CANNOT:
                raise
            os.link(self._name, name, src_dir_fd=self._directory, dst_dir_fd=directory)
            os.unlink(self._name, dir_fd=self._directory)


def _create(directory: int, mode: int) -> tuple[int, str]:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    while True:
        name = PREFIX + secrets.token_hex(8)
        descriptor = os.open(name, flags, mode, dir_fd=directory)
        # Between the open and the lock somebody's clean-up may have taken it for an orphan.
        if try_lock(descriptor) and os.fstat(descriptor).st_nlink:
            return descriptor, name
        os.close(descriptor)


def remove_partials(directory: int) -> int:
    """Remove what killed processes left in an open directory (not below it); gives how many."""
    with os.scandir(directory) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(PREFIX)]
    return sum(_remove_orphan(directory, name) for name in names)


def _remove_orphan(directory: int, name: str) -> bool:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with contextlib.suppress(OSError):
        descriptor = os.open(name, flags, dir_fd=directory)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode) and try_lock(descriptor):
                os.unlink(name, dir_fd=directory)
                return True
        finally:
            os.close(descriptor)
    return False
