"""The driver's frame buffers, mapped into this process: V4L2's streaming I/O by MMAP."""

import logging
import mmap

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
        while self._mappings:
            try:
                self._mappings.pop().close()
            except BufferError:
                # The mapping ends with the last view of it, and until then the device is busy.
                logger.warning("%s: a frame is still held after its time", self._device)
