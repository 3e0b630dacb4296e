"""Opening what lies below a directory, and nothing else, whoever renames or links meanwhile."""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from functools import lru_cache

from camerad.storage.kernel import openat2_beneath

Opener = Callable[[int, Sequence[str], int], int]
"""Takes an open directory, names leading down from it, and flags for ``open``; gives a descriptor.
No names is the directory itself. A symbolic link anywhere in the names is an ``OSError`` with
``ELOOP``; only ``O_PATH | O_NOFOLLOW`` opens one, as itself, at the end of the names."""

_ATTEMPTS = 1000


@lru_cache(maxsize=1)
def best_opener() -> Opener:
    """The kernel's own containment, or, where it is missing or forbidden, the next best."""
    root = os.open("/", os.O_PATH | os.O_CLOEXEC)
    try:
        os.close(open_by_kernel(root, (), os.O_PATH))
    except OSError as error:
        # Sandboxes of old say EPERM to calls that they do not know.
        if error.errno not in {errno.ENOSYS, errno.EPERM}:
            raise
        return open_by_steps
    finally:
        os.close(root)
    return open_by_kernel


def open_by_kernel(directory: int, names: Sequence[str], flags: int) -> int:
    """By openat2(2)."""
    for _ in range(_ATTEMPTS):
        try:
            return openat2_beneath(directory, "/".join(names) or ".", flags | os.O_CLOEXEC)
        except BlockingIOError:
            # Something was renamed during the look-up, so that it proves nothing.
            continue
    raise _loop()


def open_by_steps(directory: int, names: Sequence[str], flags: int) -> int:
    """One component after the other, none of them a link."""
    current = _step(directory, ".", os.O_PATH | os.O_DIRECTORY)
    try:
        for name in names[:-1]:
            below = _step(current, name, os.O_PATH | os.O_DIRECTORY)
            os.close(current)
            current = below
        return _step(current, names[-1] if names else ".", flags)
    finally:
        os.close(current)


def _step(directory: int, name: str, flags: int) -> int:
    try:
        descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    except NotADirectoryError:
        if _is_link(os.stat(name, dir_fd=directory, follow_symlinks=False)):
            raise _loop() from None
        raise
    if flags & os.O_PATH and not flags & os.O_NOFOLLOW and _is_link(os.fstat(descriptor)):
        os.close(descriptor)
        raise _loop()
    return descriptor


def _is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode)


def _loop() -> OSError:
    return OSError(errno.ELOOP, os.strerror(errno.ELOOP))
