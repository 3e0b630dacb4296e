"""What stands before every handler: origin, rate limit, credentials, size of the body."""

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, Protocol, cast

from sanic import Blueprint, Request
from sanic.exceptions import RequestTimeout
from sanic.response import BaseHTTPResponse, empty

from camerad.accounts.addresses import party
from camerad.accounts.roles import Role
from camerad.errors import PayloadTooLarge
from camerad.http.auth import Authenticator, client_address
from camerad.http.limits import Limit, Limiter
from camerad.http.operation import BODY_LIMIT_BYTES, Media, Operation
from camerad.http.origin import Origins

GET_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

BODY_TIMEOUT_S: Final = 10.0
"""For all of a body that the gate reads: a JSON or a form, and no upload."""

Handler = Callable[..., Awaitable[BaseHTTPResponse | None]]
"""Gives the answer, or None when it has sent it itself."""


class Gate:
    """The only way to register a route: each declares what it demands, takes and gives."""

    def __init__(self, origins: Origins, limiter: Limiter, authenticator: Authenticator) -> None:
        self._origins = origins
        self._limiter = limiter
        self._authenticator = authenticator
        self.operations: dict[str, list[Operation]] = {}
        """All that is served, by path as Sanic writes it."""
        self.resources: dict[str, str] = {}
        """The name of the resource that each path belongs to."""

    def route(
        self, blueprint: Blueprint, operation: Operation, handler: Handler, *paths: str
    ) -> None:
        """Serve an operation under all of ``paths``.

        HEAD and OPTIONS answer wherever GET does.
        """
        methods = GET_METHODS if operation.method == "GET" else {operation.method}
        for path in paths:
            self.resources[path] = blueprint.name
            siblings = self.operations.setdefault(path, [])
            siblings.append(operation)
            route: Any = GuardedRoute(self, operation, handler, siblings)
            name = re.sub(r"\W+", "_", f"{operation.method}{path}")
            blueprint.add_route(route, path, methods=methods, name=name)

    def guarded(self, operation: Operation, handler: Handler) -> "GuardedRoute":
        """A handler behind the gate that has no path of its own."""
        return GuardedRoute(self, operation, handler, [operation])

    def admit(self, request: Request, limit: Limit | None) -> None:
        """Let the request pass, or raise why not; notes what the answer must tell."""
        self._origins.check(request)
        if limit is not None:
            allowance, refusal = self._limiter.take(party(client_address(request)), limit)
            request.ctx.allowance = allowance
            if refusal is not None:
                raise refusal

    async def identify(self, request: Request, role: Role) -> None:
        """Let the request pass if who sends it has the role; notes who it is."""
        request.ctx.principal = await self._authenticator.require(request, role)


class GuardedRoute:
    """A handler behind the gate.

    The body is read only after limit and credentials, so that a stranger cannot make the device
    hold megabytes.
    """

    is_stream = True
    """Sanic's mark of a handler that reads the body itself."""

    def __init__(
        self, gate: Gate, operation: Operation, handler: Handler, siblings: Sequence[Operation]
    ) -> None:
        """``siblings`` are all operations of the path, those to come as well."""
        self.operation = operation
        self._gate = gate
        self._handler = handler
        self._siblings = siblings

    async def __call__(self, request: Request, **parameters: str) -> BaseHTTPResponse | None:
        operation = self.operation
        self._gate.admit(request, operation.limit)
        if operation.role is not None:
            await self._gate.identify(request, operation.role)
        if request.method == "OPTIONS":
            return empty(headers={"allow": ", ".join(self._allowed())})
        if not isinstance(operation.body, Media):
            await read_body(request, BODY_LIMIT_BYTES)
        return await self._handler(request, **parameters)

    def _allowed(self) -> list[str]:
        return sorted(GET_METHODS.union(sibling.method for sibling in self._siblings))


class _Body(Protocol):
    """What Sanic's own stream and that of its ASGI side have in common, but no type of Sanic's."""

    request_body: object
    request_max_size: float

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, piece by piece."""


async def read_body(request: Request, limit_bytes: int) -> None:
    """Read the whole body into ``request.body``.

    Raises ``PayloadTooLarge``, and ``RequestTimeout`` however little of it still comes.
    """
    stream = cast("_Body", request.stream)
    if not stream.request_body:
        return
    stream.request_max_size = limit_bytes
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            request.body = await _whole(stream, limit_bytes)
    except TimeoutError:
        raise RequestTimeout from None


async def _whole(body: AsyncIterable[bytes], limit_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in body:
        size += len(chunk)
        if size > limit_bytes:
            raise PayloadTooLarge("The request body is too large", f"At most {limit_bytes} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
