"""Files on their way: written under a name that says so, until they are whole."""

import contextlib
import os
import secrets
import stat

from camerad.storage.locks import try_lock

PREFIX = ".camerad-partial-"


def open_partial(directory: int, mode: int) -> tuple[int, str]:
    """Make a new file in an open directory; gives its descriptor, to write on, and its name.

    The file is locked while it is open, so that ``remove_partials`` takes only what a dead
    process left.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
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


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write every byte, however few the kernel takes at once."""
    rest = memoryview(data).cast("B")
    while rest:
        rest = rest[os.write(descriptor, rest) :]
