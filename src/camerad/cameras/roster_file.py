"""``cameras.json``: the numbers of the cameras, kept over restarts."""

import logging
from pathlib import Path

import msgspec

from camerad.cameras.roster import Member
from camerad.storage.backed import BackedFile

logger = logging.getLogger(__name__)


class RosterFile:
    """What cannot be read is forgotten: the cameras that are there then get new numbers."""

    def __init__(self, state_dir: Path) -> None:
        self._file = BackedFile(state_dir / "cameras.json")

    def read(self) -> list[Member]:
        """In the order in which they were last seen."""
        loaded = self._file.read(_parse)
        if loaded.warning:
            logger.warning("%s", loaded.warning)
        return loaded.value or []

    def write(self, members: list[Member]) -> None:
        """Blocks. A disk that takes nothing costs only the numbers after the next start."""
        try:
            self._file.write(msgspec.json.format(msgspec.json.encode(members), indent=2))
        except OSError as error:
            logger.warning("The cameras' numbers cannot be kept: %s", error.strerror)


def _parse(data: bytes) -> list[Member]:
    members = msgspec.json.decode(data, type=list[Member])
    if len({member.id for member in members}) < len(members):
        raise ValueError("two cameras have one number")
    return members
