"""The bundle's file, between its upload and the end of its installation."""

import contextlib
import os
from collections.abc import Callable
from typing import Final

from camerad.errors import CameradError, UpdateInProgress
from camerad.firmware.memory import Bundle
from camerad.storage.tree import Tree

FIRMWARE: Final = "/data/firmware/"
"""Where an uploaded file is a bundle."""


class Staging:
    """Every call blocks."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def path(self, bundle: Bundle) -> str:
        """Where a bundle really is, for RAUC; raises ``FileMissing``."""
        with self._tree.open_read(bundle.path) as opened:
            return os.readlink(f"/proc/self/fd/{opened.descriptor}")

    def exists(self, bundle: Bundle) -> bool:
        try:
            return self._tree.exists(bundle.path)
        except CameradError:  # its root is not configured any more
            return False

    def remove(self, bundle: Bundle) -> None:
        """Fine if it is gone already."""
        with contextlib.suppress(CameradError):
            self._tree.delete(bundle.path)

    def protect(self, bundle: Bundle) -> Callable[[], None]:
        """Let nobody delete or replace it; gives what ends that."""
        return self._tree.protect(bundle.path, UpdateInProgress)
