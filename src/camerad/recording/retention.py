"""Old recordings and snapshots go, if a rule says so."""

import logging
import time
from collections.abc import Iterable, Iterator

from msgspec import Struct

from camerad.config.schema import Config
from camerad.errors import CameradError
from camerad.storage.tree import Tree

logger = logging.getLogger(__name__)

DAY_S = 86_400
_SUFFIXES = (".avi", ".jpg", ".jpeg")


class Kept(Struct, frozen=True):
    """A recording or a snapshot."""

    path: str
    size_bytes: int
    modified_s: float


def enforce(tree: Tree, config: Config, now_s: float | None = None) -> list[str]:
    """Delete what the rules do not let stay; gives its paths. Blocks.

    What is being recorded stays, and so does what is no film and no picture.
    """
    rules = config.recording
    if rules.retention_bytes is None and rules.retention_days is None:
        return []
    directories = dict.fromkeys((rules.directory, config.storage.snapshots))
    kept = [each for directory in directories for each in _kept(tree, directory)]
    excess = expired(
        kept, rules.retention_bytes, rules.retention_days, time.time() if now_s is None else now_s
    )
    return [each.path for each in excess if _delete(tree, each)]


def expired(
    kept: Iterable[Kept], most_bytes: int | None, most_days: float | None, now_s: float
) -> Iterator[Kept]:
    """What has to go, the oldest first."""
    oldest_first = sorted(kept, key=lambda each: each.modified_s)
    total = sum(each.size_bytes for each in oldest_first)
    for each in oldest_first:
        too_old = most_days is not None and now_s - each.modified_s > most_days * DAY_S
        if too_old or (most_bytes is not None and total > most_bytes):
            total -= each.size_bytes
            yield each


def _kept(tree: Tree, directory: str) -> Iterator[Kept]:
    try:
        entries = tree.listing(directory, recursive=True).entries
    except (OSError, CameradError):
        return  # nothing has been kept there yet
    for entry in entries:
        if not entry.is_directory and entry.name.lower().endswith(_SUFFIXES):
            yield Kept(f"{directory}/{entry.name}", entry.size, entry.modified_s)


def _delete(tree: Tree, kept: Kept) -> bool:
    try:
        tree.delete(kept.path)
    except (OSError, CameradError) as error:
        logger.debug("%s stays: %s", kept.path, error)
        return False
    logger.info("%s is deleted: the configuration keeps no more", kept.path)
    return True
