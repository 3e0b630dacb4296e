"""Writes that a kill or a power cut cannot halve: the old file or the new one, never a mixture."""

import contextlib
import errno
import os
from pathlib import Path

from camerad.storage.owner import give_to_owner
from camerad.storage.partial import open_partial, write_all


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put ``data`` at ``path``, durable when this returns; raises ``OSError``, then unchanged."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _replace(directory, path.name, data, mode)
        sync_directory(directory)
    finally:
        os.close(directory)


def sync_directory(directory: int) -> None:
    """Make the names in an open directory durable, on file systems that know how to."""
    try:
        os.fsync(directory)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise


def _replace(directory: int, name: str, data: bytes, mode: int) -> None:
    descriptor, partial = open_partial(directory, mode)
    try:
        os.fchmod(descriptor, mode)
        give_to_owner(descriptor, os.fstat(directory))
        write_all(descriptor, data)
        os.fsync(descriptor)
        os.rename(partial, name, src_dir_fd=directory, dst_dir_fd=directory)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial, dir_fd=directory)
        raise
    finally:
        os.close(descriptor)
