"""What the kernel says about a file, as clients hear it: with virtual paths only."""

import contextlib
import errno
from collections.abc import Iterator
from typing import Final

from camerad.errors import (
    CameradError,
    DirectoryNotEmpty,
    FileExists,
    FileMissing,
    InsufficientStorage,
    InvalidRequest,
    PayloadTooLarge,
    PermissionDenied,
)
from camerad.storage.paths import VirtualPath

_LINK = (PermissionDenied, "The path leads over a symbolic link")
_REFUSED = (PermissionDenied, "The device does not allow this")
_FULL = (InsufficientStorage, "There is no room left on the device")

_MEANINGS: Final[dict[int, tuple[type[CameradError], str]]] = {
    errno.ENOENT: (FileMissing, "There is no such file"),
    errno.ENOTDIR: (FileMissing, "There is no such directory"),
    errno.EEXIST: (FileExists, "There is a file of this name"),
    errno.ENOTEMPTY: (DirectoryNotEmpty, "The directory is not empty"),
    errno.EISDIR: (InvalidRequest, "This is a directory"),
    errno.ENAMETOOLONG: (InvalidRequest, "The path is too long"),
    # From file systems like FAT, which have characters that no name may hold.
    errno.EINVAL: (InvalidRequest, "The file system does not take this name"),
    errno.EFBIG: (PayloadTooLarge, "The file system does not take a file of this size"),
    errno.ELOOP: _LINK,
    errno.EXDEV: _LINK,
    errno.EACCES: _REFUSED,
    errno.EPERM: _REFUSED,
    errno.EROFS: _REFUSED,
    errno.EBUSY: _REFUSED,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
}


@contextlib.contextmanager
def told_of(path: VirtualPath) -> Iterator[None]:
    """Turn what the kernel says inside the context into camerad's errors, about ``path``.

    A fault of the device itself, as an I/O error, stays an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        meaning = _MEANINGS.get(error.errno or 0)
        if meaning is None:
            raise
        kind, message = meaning
        raise kind(message, str(path)) from error
