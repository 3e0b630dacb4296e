"""What the device's boot units note of each slot, in the files that they keep for themselves."""

from pathlib import Path
from typing import Final

MAX_REASON: Final = 300


class BootNotes:
    """``proven-A`` stands there once the system in slot A was healthy; ``last-failure`` begins with
    a line on why the newest system was given up.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def proven(self, bootname: str) -> bool:
        """Whether the system in a slot was healthy; true where nobody takes notes."""
        return not self._directory.is_dir() or (self._directory / f"proven-{bootname}").exists()

    def failure(self) -> str | None:
        """Why the newest system was given up; None if nothing is noted."""
        try:
            with (self._directory / "last-failure").open(errors="replace") as file:
                return file.readline(MAX_REASON).strip() or None
        except OSError:
            return None
