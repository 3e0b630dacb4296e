"""``/api/tokens``: the credentials of programs."""

import asyncio
from typing import Annotated, Final
from urllib.parse import unquote

from msgspec import Meta, Struct
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.records import NAME_PATTERN, Token
from camerad.accounts.roles import Role
from camerad.accounts.store import MAX_LIFETIME_DAYS, Accounts
from camerad.clock import iso_utc
from camerad.errors import AccountExists, InsufficientStorage, NotFound
from camerad.http.answers import Done, json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import body


class TokenInfo(Struct, frozen=True):
    """One token, which nobody can read any more; ``expires`` is null if it never does."""

    name: str
    role: Role
    created: str
    expires: str | None

    @classmethod
    def of(cls, token: Token) -> "TokenInfo":
        expires = iso_utc(token.expires.timestamp()) if token.expires else None
        return cls(token.name, token.role, iso_utc(token.created.timestamp()), expires)


class TokenList(Struct, frozen=True):
    """The answer of ``GET /api/tokens``; expired ones are among them until they are revoked."""

    tokens: list[TokenInfo]


class NewToken(Struct, frozen=True):
    """The body of ``POST /api/tokens``."""

    name: Annotated[str, Meta(pattern=NAME_PATTERN, examples=["press-line-4"])]
    role: Role
    expires_days: Annotated[
        Annotated[float, Meta(gt=0, le=MAX_LIFETIME_DAYS)] | None,
        Meta(description="Days from now; null is never."),
    ] = None


class MadeToken(Struct, frozen=True):
    """The answer of ``POST /api/tokens``: the only time that the token is shown."""

    success: bool
    token: str


LIST: Final = Operation(summary="All tokens", role=Role.ADMIN, limit=Limit.API, answer=TokenList)
ADD: Final = Operation(
    summary="Make a token, which is shown this once",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    body=NewToken,
    answer=MadeToken,
    errors=(AccountExists, InsufficientStorage),
)
REVOKE: Final = Operation(
    summary="End a token at once",
    method="DELETE",
    path={"name": "The token's name."},
    role=Role.ADMIN,
    limit=Limit.API,
    answer=Done,
    errors=(NotFound, InsufficientStorage),
)


class TokensRoute:
    """Manages tokens."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("tokens")
        gate.route(blueprint, LIST, self.list, "/api/tokens")
        gate.route(blueprint, ADD, self.add, "/api/tokens")
        gate.route(blueprint, REVOKE, self.revoke, "/api/tokens/<name:str>")
        return blueprint

    async def list(self, _request: Request) -> BaseHTTPResponse:
        return json_answer(TokenList([TokenInfo.of(token) for token in self._accounts.tokens()]))

    async def add(self, request: Request) -> BaseHTTPResponse:
        new = body(request, NewToken)
        token = await asyncio.to_thread(
            self._accounts.add_token, new.name, new.role, new.expires_days
        )
        return json_answer(MadeToken(True, token), headers={"cache-control": "no-store"})

    async def revoke(self, _request: Request, name: str) -> BaseHTTPResponse:
        await asyncio.to_thread(self._accounts.revoke_token, unquote(name))
        return json_answer(Done())
