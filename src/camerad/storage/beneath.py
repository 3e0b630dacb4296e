"""Opening what lies below a directory, and nothing else, whoever renames or links meanwhile."""

import errno
import os
from collections.abc import Callable, Sequence
from functools import lru_cache

from camerad.storage.kernel import openat2_beneath

Opener = Callable[[int, Sequence[str], int], int]
"""Takes an open directory, names leading down from it, and flags for ``open``; gives a descriptor.
No names is the directory itself. A symbolic link anywhere in the names is an ``OSError``."""

_ALWAYS = os.O_CLOEXEC | os.O_NOFOLLOW
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
            return openat2_beneath(directory, "/".join(names) or ".", flags | _ALWAYS)
        except BlockingIOError:
            # Something was renamed during the look-up, so that it proves nothing.
            continue
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def open_by_steps(directory: int, names: Sequence[str], flags: int) -> int:
    """One component after the other, none of them a link."""
    current = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)
    try:
        for name in names[:-1]:
            step = os.O_PATH | os.O_DIRECTORY | _ALWAYS
            below = os.open(name, step, dir_fd=current)
            os.close(current)
            current = below
        return os.open(names[-1] if names else ".", flags | _ALWAYS, dir_fd=current)
    finally:
        os.close(current)
