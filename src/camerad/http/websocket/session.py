"""One client of ``/ws``."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec import UNSET, Struct
from websockets.frames import CloseCode

from camerad.errors import CameradError, InvalidRequest
from camerad.events.event import StateUpdate
from camerad.http.auth import demand
from camerad.http.limits import Limit, Limiter
from camerad.http.websocket.messages import Answer, Head, error_message, head_of, parse
from camerad.http.websocket.refusals import Refusals
from camerad.http.websocket.socket import WebSocket, until_closed
from camerad.http.websocket.verbs import Client, Verb, may_see

ALL: Final = ""
"""The one address that a limiter of one client knows."""

logger = logging.getLogger(__name__)


class Session:
    """Answers requests one after the other, and tells of events meanwhile.

    ``admitted`` says whether the credentials of the client still hold.
    """

    def __init__(
        self,
        socket: WebSocket,
        client: Client,
        verbs: Mapping[str, Verb],
        limiter: Limiter,
        admitted: Callable[[], bool],
    ) -> None:
        self._socket = socket
        self._client = client
        self._verbs = verbs
        self._limiter = limiter
        self._admitted = admitted
        self._refusals = Refusals(socket)

    async def run(self) -> None:
        """Until the client leaves, or has to."""
        await until_closed(self._tell(), self._listen())

    async def _tell(self) -> None:
        role = self._client.principal.role
        while True:
            for event in await self._client.subscriber.events():
                if not isinstance(event, StateUpdate) or may_see(role, event.parameter):
                    await self._socket.send_text(msgspec.json.encode(event))

    async def _listen(self) -> None:
        while True:
            message = await self._socket.receive()
            if self._admitted():
                await self._serve(message)
            else:
                await self._socket.close(CloseCode.POLICY_VIOLATION, "Not admitted any more")

    async def _serve(self, message: str | bytes) -> None:
        head = Head()
        try:
            head = head_of(message)
            self._limiter.demand(ALL, Limit.API)
            verb = self._verb(head.type)
            request = parse(message, verb.request)
        except CameradError as error:
            await self._refusals.refuse(error, head.id)
            return
        self._refusals.forget()
        answer = await self._answer(verb, request, head)
        if answer is not None:
            await self._socket.send_text(msgspec.json.encode(answer))

    async def _answer(self, verb: Verb, request: Struct, head: Head) -> Answer | None:
        try:
            demand(self._client.principal, verb.role)
            if verb.limit is not Limit.API:
                self._limiter.demand(ALL, verb.limit)
            answer = await verb.run(self._client, request)
        except CameradError as error:
            return error_message(error, head.id)
        except Exception:
            logger.exception("%s failed", head.type)
            return error_message(CameradError("The request failed inside the device"), head.id)
        if verb.quiet and head.id is UNSET:
            return None
        return msgspec.structs.replace(answer, id=head.id)

    def _verb(self, name: str) -> Verb:
        try:
            return self._verbs[name]
        except KeyError:
            known = ", ".join(self._verbs)
            raise InvalidRequest("There is no request of this type", f"Types: {known}") from None
