"""What the kernel's refusals mean for a person at a camera."""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from camerad.capture.source import CameraFault

GONE = (errno.ENODEV, errno.ENOENT, errno.ENXIO)

_MEANING = {
    errno.EACCES: "no permission; the user that runs camerad must be in the group video",
    errno.EPERM: "no permission; the user that runs camerad must be in the group video",
    errno.ENOENT: "there is no such device; `camerad devices` lists those that are there",
    errno.ENODEV: "the device is gone (unplugged)",
    errno.ENXIO: "the device is gone (its driver is not loaded)",
    errno.ENOTTY: "it is not a V4L2 capture device",
    errno.ENOSPC: "no USB bandwidth left; choose MJPG, a smaller size or another USB controller",
    errno.EIO: "the camera reports an error",
}


NOTHING_SPECIAL: Mapping[int, str] = MappingProxyType({})


@contextmanager
def explained(
    device: str, action: str, meanings: Mapping[int, str] = NOTHING_SPECIAL
) -> Iterator[None]:
    """Turn an ``OSError`` of the block into a ``CameraFault``; ``action`` completes "cannot".

    ``meanings`` are those of an errno that means something else to this action.
    """
    try:
        yield
    except OSError as error:
        gone = error.errno in GONE
        raise CameraFault(
            f"{device} cannot {action}: {_meaning(device, error, meanings)}", gone=gone
        ) from error


def _meaning(device: str, error: OSError, meanings: Mapping[int, str]) -> str:
    special = meanings.get(error.errno or 0)
    if special is not None:
        return special
    if error.errno == errno.EBUSY:
        process = holder(device)
        return "busy: another process holds it" + (f" ({process})" if process else "")
    return _MEANING.get(error.errno or 0, error.strerror or str(error))


def holder(device: str) -> str | None:
    """Another process that has the device open, where this user may know it."""
    node = os.path.realpath(device)
    others = (entry for entry in os.listdir("/proc") if entry.isdigit())
    for pid in others:
        if int(pid) != os.getpid() and _has_open(pid, node):
            return f"{_process_name(pid)}, pid {pid}"
    return None


def _has_open(pid: str, node: str) -> bool:
    directory = f"/proc/{pid}/fd"
    try:
        return any(os.readlink(f"{directory}/{fd}") == node for fd in os.listdir(directory))
    except OSError:
        return False  # another user's process, or one that has just ended or closed a file


def _process_name(pid: str) -> str:
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return "one that has just ended"
