"""At the start: films that were not completed are found and repaired."""

import logging
from collections.abc import Iterable

from camerad.errors import CameradError
from camerad.recording.disk import FileDisk
from camerad.recording.naming import SUFFIX
from camerad.recording.repair import Damaged, Repaired, repair, was_repaired
from camerad.storage.tree import Tree

logger = logging.getLogger(__name__)


def recover(tree: Tree, directories: Iterable[str]) -> dict[str, Repaired]:
    """Repair all films below the directories; gives those that needed it, by path. Blocks.

    One that was cut off before its first frame is deleted. What is being recorded, and what is no
    film of ours, is left alone.
    """
    repaired = {}
    for directory in directories:
        for path in _films(tree, directory):
            done = _recover(tree, path)
            if done is not None and done.frames == 0:
                tree.delete(path)
            elif done is not None:
                repaired[path] = done
                logger.warning(
                    "%s was cut off and has been repaired: %d frames, %d of them found behind "
                    "the last checkpoint, %d bytes torn",
                    *(path, done.frames, done.found, done.cut_bytes),
                )
    return repaired


def has_been_repaired(tree: Tree, path: str) -> bool:
    """Whether a start, be it this one or one before, has repaired the film. Blocks."""
    try:
        with tree.open_read(path) as file:
            return was_repaired(FileDisk(file.descriptor))
    except (OSError, CameradError):
        return False  # it has just been deleted, or is no film


def _films(tree: Tree, directory: str) -> list[str]:
    try:
        entries = tree.listing(directory, recursive=True, suffix=SUFFIX).entries
    except (OSError, CameradError):
        return []  # nothing has been recorded there yet
    return [f"{directory}/{entry.name}" for entry in entries]


def _recover(tree: Tree, path: str) -> Repaired | None:
    try:
        file = tree.open_abandoned(path)
    except (OSError, CameradError) as error:
        logger.debug("%s: %s", path, error)
        return None
    if file is None:
        return None
    try:
        return repair(FileDisk(file.descriptor))
    except (OSError, Damaged) as error:
        logger.warning("%s was cut off and cannot be repaired: %s", path, error)
        return None
    finally:
        file.close()
