"""From any thread to the event loop."""

import asyncio
from collections.abc import Callable


class Wakeup:
    """Calls back on the event loop: once, for all that any thread has asked meanwhile."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduled = False

    def bind(self) -> None:
        """From now on call back on the running loop; until then nothing is called."""
        self._loop = asyncio.get_running_loop()

    def unbind(self) -> None:
        """The loop will soon be closed: call back no more."""
        self._loop = None

    def ask(self) -> None:
        """May be called in any thread; never blocks."""
        loop = self._loop
        if loop is not None and not self._scheduled:
            self._scheduled = True
            loop.call_soon_threadsafe(self._run)

    def _run(self) -> None:
        # Lowered first: what is asked for while the callback runs, it may have missed.
        self._scheduled = False
        if self._loop is not None:
            self._callback()
