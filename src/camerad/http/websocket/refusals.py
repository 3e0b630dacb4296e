"""Messages that make no sense, or come too fast."""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from websockets.frames import CloseCode

from camerad.errors import CameradError, UnsupportedMediaType
from camerad.http.websocket.messages import Id, error_message
from camerad.http.websocket.socket import WebSocket

MAX_REFUSED: Final = 20
"""In a row; with one more the client is sent away."""


class Refusals:
    """Tells a client what is wrong with its messages, until it is too many."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._in_a_row = 0

    def forget(self) -> None:
        """A message was good."""
        self._in_a_row = 0

    async def refuse(self, error: CameradError, id_: Id | UnsetType = UNSET) -> None:
        self._in_a_row += 1
        if self._in_a_row <= MAX_REFUSED:
            await self._socket.send_text(msgspec.json.encode(error_message(error, id_)))
        elif isinstance(error, UnsupportedMediaType):
            await self._socket.close(CloseCode.UNSUPPORTED_DATA, error.message)
        else:
            await self._socket.close(CloseCode.POLICY_VIOLATION, error.message)
