"""The driver's frame buffers, mapped into this process: V4L2's streaming I/O by MMAP."""

import logging
import mmap
import weakref

from camerad.capture import ioctl
from camerad.capture.source import CameraFault

logger = logging.getLogger(__name__)

_WANTED = 4
_FEWEST = 2
"""One that the driver fills and one that we read."""


class MappedBuffers:
    """Belongs to one open descriptor from ``map`` until ``unmap``."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._mappings: list[mmap.mmap] = []

    def map(self, fd: int) -> None:
        count = ioctl.reqbufs(fd, _WANTED)
        if count < _FEWEST:
            raise CameraFault(f"{self._device} gives {count} buffers; it needs {_FEWEST}")
        for index in range(count):
            offset, length = ioctl.querybuf(fd, index)
            # The kernel's documentation wants both protections whatever the direction is.
            self._mappings.append(
                mmap.mmap(
                    fd, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=offset
                )
            )

    def queue_all(self, fd: int) -> None:
        for index in range(len(self._mappings)):
            ioctl.qbuf(fd, index)

    def view(self, index: int, size_bytes: int) -> memoryview:
        return memoryview(self._mappings[index])[:size_bytes].toreadonly()

    def unmap(self) -> None:
        """Let the mappings go. One that is in use stays until its last user lets it go too."""
        # Not closed: numpy.ndarray(buffer=...) refers to a mapping without an export of it, so
        # that close would take the memory away from under such an array.
        mappings = [weakref.ref(mapping) for mapping in self._mappings]
        self._mappings.clear()
        if any(mapping() is not None for mapping in mappings):
            logger.warning("%s: a frame is still in use after its time", self._device)
