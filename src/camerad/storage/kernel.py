"""System calls that Python lacks, from openat2(2), rename(2) and sync_file_range(2)."""

import ctypes
import os
import struct

_SYS_OPENAT2 = 437  # on every architecture
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RENAME_NOREPLACE = 1
_SYNC_FILE_RANGE_WRITE = 2

_OPEN_HOW = struct.Struct("=QQQ")
_libc = ctypes.CDLL(None, use_errno=True)


def openat2_beneath(directory: int, path: str, flags: int) -> int:
    """Open an existing file that lies below an open directory, over no symbolic link at all.

    Raises ``OSError``: ``EXDEV`` for a path that leads out, ``ELOOP`` for one over a link,
    ``ENOSYS`` before Linux 5.6, and ``EAGAIN`` when something was renamed meanwhile: try again.
    """
    resolve = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS
    # On 32 bits libc adds it to every open; with O_PATH the kernel refuses it.
    large = 0 if flags & os.O_PATH else os.O_LARGEFILE
    how = _OPEN_HOW.pack(flags | large, 0, resolve)
    result: int = _libc.syscall(
        ctypes.c_long(_SYS_OPENAT2),
        ctypes.c_long(directory),
        ctypes.c_char_p(os.fsencode(path)),
        ctypes.c_char_p(how),
        ctypes.c_long(len(how)),
    )
    if result < 0:
        _raise_errno()
    return result


def rename_noreplace(source: int, name: str, target: int, new_name: str) -> None:
    """Rename from one open directory into another; ``FileExistsError`` if the name is taken.

    Raises ``EINVAL`` on file systems that cannot, and ``AttributeError`` where libc cannot.
    """
    result = _libc.renameat2(
        ctypes.c_int(source),
        ctypes.c_char_p(os.fsencode(name)),
        ctypes.c_int(target),
        ctypes.c_char_p(os.fsencode(new_name)),
        ctypes.c_uint(_RENAME_NOREPLACE),
    )
    if result < 0:
        _raise_errno()


def begin_writing_out(descriptor: int, offset: int, size_bytes: int) -> None:
    """Let the disk begin on these bytes of an open file, without waiting for it.

    Promises nothing, so that it says nothing where it cannot.
    """
    _libc.sync_file_range(
        ctypes.c_int(descriptor),
        ctypes.c_int64(offset),
        ctypes.c_int64(size_bytes),
        ctypes.c_uint(_SYNC_FILE_RANGE_WRITE),
    )


def _raise_errno() -> None:
    number = ctypes.get_errno()
    raise OSError(number, os.strerror(number))
