"""A WebSocket, whatever server it is on."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, Protocol

MAX_MESSAGE_BYTES: Final = 64 * 1024
"""Of what a client sends; far above any request."""

STALLED_AFTER_S: Final = 10.0
"""A client that has taken no byte of what waits for it for so long is cut off."""


class Closed(Exception):
    """The WebSocket is closed, by whomever."""


class WebSocket(Protocol):
    """An open WebSocket. One task may receive; several may send."""

    async def receive(self) -> str | bytes:
        """The next message; raises ``Closed``."""

    async def send_text(self, message: bytes) -> None:
        """Send UTF-8 as a text message; returns when the client can take more.

        Raises ``Closed``, also when the client does not read.
        """

    async def send_binary(self, message: bytes) -> None:
        """Send a binary message, else as ``send_text``."""

    async def close(self, code: int, reason: str = "") -> None:
        """Say goodbye, unless it has been said, and wait a moment for the client to leave."""

    def keep_alive(self) -> None:
        """Called every few seconds: find out whether the client is still there."""


async def until_closed(*activities: Coroutine[Any, Any, None]) -> None:
    """Run them side by side until one finds the WebSocket closed."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for activity in activities:
                tasks.create_task(activity)
    except* Closed:
        pass
