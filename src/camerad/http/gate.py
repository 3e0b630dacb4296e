"""What stands before every handler: rate limit, credentials, size of the body."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Final, Protocol, cast

from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse, empty

from camerad.accounts.roles import Role
from camerad.errors import PayloadTooLarge
from camerad.http.auth import Authenticator, client_address
from camerad.http.limits import Limit, Limiter

Handler = Callable[..., Awaitable[BaseHTTPResponse | None]]
"""Gives the answer, or None when it has sent it itself."""

BODY_LIMIT_BYTES: Final = 1 << 20
"""Far above any request of the API; what is larger is a mistake or an attack."""


class Gate:
    """The only way to register a route: each says who may pass and what it counts as."""

    def __init__(self, authenticator: Authenticator, limiter: Limiter) -> None:
        self._authenticator = authenticator
        self._limiter = limiter
        self._methods: defaultdict[str, set[str]] = defaultdict(set)

    def route(
        self,
        blueprint: Blueprint,
        paths: Iterable[str],
        handler: Handler,
        *,
        role: Role | None,
        limit: Limit | None,
        method: str = "GET",
    ) -> None:
        """Serve ``handler`` under all ``paths`` to those who have ``role`` (None: to all).

        HEAD and OPTIONS answer wherever GET does.
        """
        methods = {"GET", "HEAD", "OPTIONS"} if method == "GET" else {method}
        for number, path in enumerate(paths):
            self._methods[path] |= methods
            route: Any = GuardedRoute(self, handler, role, limit, self._methods[path])
            name = f"{handler.__name__}{number or ''}"
            blueprint.add_route(route, path, methods=methods, name=name)

    async def admit(self, request: Request, role: Role | None, limit: Limit | None) -> None:
        """Let the request pass, or raise why not; notes what the answer must tell."""
        if limit is not None:
            allowance, refusal = self._limiter.take(client_address(request), limit)
            request.ctx.allowance = allowance
            if refusal is not None:
                raise refusal
        if role is not None:
            request.ctx.principal = await self._authenticator.require(request, role)


class GuardedRoute:
    """A handler behind the gate.

    The body is read only after limit and credentials, so that a stranger cannot make the device
    hold megabytes.
    """

    is_stream = True
    """Sanic's mark of a handler that reads the body itself."""

    def __init__(
        self,
        gate: Gate,
        handler: Handler,
        role: Role | None,
        limit: Limit | None,
        methods: set[str],
    ) -> None:
        self.role = role
        self.limit = limit
        self._gate = gate
        self._handler = handler
        self._methods = methods

    async def __call__(self, request: Request, **parameters: str) -> BaseHTTPResponse | None:
        await self._gate.admit(request, self.role, self.limit)
        if request.method == "OPTIONS":
            return empty(headers={"allow": ", ".join(sorted(self._methods))})
        await read_body(request, BODY_LIMIT_BYTES)
        return await self._handler(request, **parameters)


class _Body(Protocol):
    """What Sanic's own stream and that of its ASGI side have in common, but no type of Sanic's."""

    request_body: object
    request_max_size: float

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, piece by piece."""


async def read_body(request: Request, limit_bytes: int) -> None:
    """Read the whole body into ``request.body``; raises ``PayloadTooLarge``."""
    stream = cast("_Body", request.stream)
    if not stream.request_body:
        return
    stream.request_max_size = limit_bytes
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > limit_bytes:
            raise PayloadTooLarge("The request body is too large", f"At most {limit_bytes} bytes")
        chunks.append(chunk)
    request.body = b"".join(chunks)
