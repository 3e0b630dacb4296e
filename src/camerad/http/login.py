"""``POST /api/login`` and ``/api/logout``: a user and password for a token, for browsers."""

import time
from typing import Final

import msgspec
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.accounts.verifier import Verifier
from camerad.clock import iso_utc
from camerad.config.store import ConfigStore
from camerad.errors import InvalidCredentials, InvalidRequest, Overloaded
from camerad.http.answers import Done, json_answer
from camerad.http.auth import client_address
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import body


class LoginRequest(msgspec.Struct):
    """The body of ``POST /api/login``."""

    username: str
    password: str


class LoginAnswer(msgspec.Struct, frozen=True):
    """The answer of ``POST /api/login``."""

    token: str
    role: Role
    expires: str


LOGIN: Final = Operation(
    summary="Trade a user name and password for a token",
    method="POST",
    role=None,
    limit=Limit.API,
    body=LoginRequest,
    answer=LoginAnswer,
    errors=(InvalidCredentials, Overloaded),
)

LOGOUT: Final = Operation(
    summary="End the login whose token is sent",
    method="POST",
    role=Role.VIEWER,
    limit=Limit.API,
    answer=Done,
)


class Login:
    """Opens and ends sessions.

    Opening one is open to all, since it is where credentials are shown; failures back off.
    """

    def __init__(self, accounts: Accounts, verifier: Verifier, config: ConfigStore) -> None:
        self._accounts = accounts
        self._verifier = verifier
        self._config = config

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("login")
        gate.route(blueprint, LOGIN, self.login, "/api/login")
        gate.route(blueprint, LOGOUT, self.logout, "/api/logout")
        return blueprint

    async def login(self, request: Request) -> BaseHTTPResponse:
        wanted = body(request, LoginRequest)
        principal = await self._verifier.verify(
            wanted.username, wanted.password, client_address(request)
        )
        ttl_s = self._config.current.auth.session_ttl
        token = self._accounts.open_session(principal.name, ttl_s)
        answer = LoginAnswer(token, principal.role, iso_utc(time.time() + ttl_s))
        return json_answer(answer, headers={"cache-control": "no-store"})

    async def logout(self, request: Request) -> BaseHTTPResponse:
        principal: Principal = request.ctx.principal
        if principal.kind != "session":
            raise InvalidRequest("These credentials are no login", "Send the token of /api/login")
        # A session on a POST came as a bearer token: its URL may hold none.
        self._accounts.close_session(request.headers["authorization"].partition(" ")[2].strip())
        return json_answer(Done())
