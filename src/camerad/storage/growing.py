"""A file that is visible, and protected, while it grows."""

import os
from collections.abc import Callable

from camerad.storage.paths import VirtualPath


class GrowingFile:
    """Open for reading and writing, under its name. Who got it closes it."""

    def __init__(self, path: VirtualPath, descriptor: int, release: Callable[[], None]) -> None:
        """``release`` ends the protection."""
        self.path = path
        self.descriptor = descriptor
        self._release = release
        self._open = True

    def free_bytes(self) -> int:
        """What is free on its file system."""
        status = os.fstatvfs(self.descriptor)
        return status.f_bavail * status.f_frsize

    def close(self) -> None:
        """May be called again."""
        if self._open:
            self._open = False
            self._release()
            os.close(self.descriptor)
