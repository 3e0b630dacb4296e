"""Writes that a kill or a power cut cannot halve: the old file or the new one, never a mixture."""

import errno
import os
from pathlib import Path

from camerad.storage.owner import give_to_owner
from camerad.storage.partial import Partial


def write_atomic(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put ``data`` at ``path``, durable when this returns; raises ``OSError``, then unchanged."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with Partial(directory, mode) as partial:
            os.fchmod(partial.descriptor, mode)
            give_to_owner(partial.descriptor, os.fstat(directory))
            partial.write(data)
            partial.sync()
            partial.rename(directory, path.name)
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
