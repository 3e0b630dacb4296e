"""What is done for recordings while nobody asks: repair at the start, and retention."""

import asyncio
import logging
from concurrent.futures import Executor

from camerad.config.store import ConfigStore
from camerad.recording.recovery import recover
from camerad.recording.repair import Repaired
from camerad.recording.retention import enforce
from camerad.storage.tree import Tree

logger = logging.getLogger(__name__)

INTERVAL_S = 60.0


class Housekeeping:
    """A task of the event loop, whose work is done in the threads of ``files``."""

    def __init__(self, tree: Tree, files: Executor, config: ConfigStore) -> None:
        self.repaired: dict[str, Repaired] = {}
        """By path: films that the start found unfinished, and completed."""
        self._tree = tree
        self._files = files
        self._config = config
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        roots = list(self._config.current.storage.roots)
        self.repaired = await loop.run_in_executor(self._files, recover, self._tree, roots)
        while True:
            await loop.run_in_executor(self._files, self._enforce)
            await asyncio.sleep(INTERVAL_S)

    def _enforce(self) -> None:
        try:
            enforce(self._tree, self._config.current)
        except Exception:  # a device that runs for years must not stop to clean up
            logger.exception("Retention failed")
