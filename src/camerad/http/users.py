"""``/api/users``: who may log in, with which password, and as what."""

import asyncio
from typing import Annotated, Final
from urllib.parse import unquote

from msgspec import Meta, Struct
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts import passwords
from camerad.accounts.principal import Principal
from camerad.accounts.records import NAME_PATTERN
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.accounts.verifier import Verifier
from camerad.errors import (
    AccountExists,
    InsufficientStorage,
    InvalidCredentials,
    InvalidRequest,
    LastAdmin,
    NotFound,
    PermissionDenied,
)
from camerad.http.answers import Done, json_answer
from camerad.http.auth import client_address
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import body

Name = Annotated[str, Meta(pattern=NAME_PATTERN, examples=["jane"])]
Password = Annotated[str, Meta(min_length=passwords.MIN_LENGTH, max_length=passwords.MAX_LENGTH)]


class UserInfo(Struct, frozen=True):
    """Somebody who may log in."""

    name: str
    role: Role


class UserList(Struct, frozen=True):
    """The answer of ``GET /api/users``."""

    users: list[UserInfo]


class NewUser(Struct, frozen=True):
    """The body of ``POST /api/users``."""

    name: Name
    role: Role
    password: Password


class NewPassword(Struct, frozen=True):
    """The body of ``PUT /api/users/{name}/password``."""

    password: Password
    old_password: Annotated[
        str | None, Meta(description="Needed by users who change their own password.")
    ] = None


class NewRole(Struct, frozen=True):
    """The body of ``PUT /api/users/{name}/role``."""

    role: Role


USER: Final = {"name": "The user's name."}

LIST: Final = Operation(
    summary="All who may log in", role=Role.ADMIN, limit=Limit.API, answer=UserList
)
ADD: Final = Operation(
    summary="Let somebody log in",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    body=NewUser,
    answer=Done,
    errors=(AccountExists, InsufficientStorage),
)
REMOVE: Final = Operation(
    summary="Let somebody log in no more; the last administrator stays",
    method="DELETE",
    path=USER,
    role=Role.ADMIN,
    limit=Limit.API,
    answer=Done,
    errors=(NotFound, LastAdmin, InsufficientStorage),
)
SET_PASSWORD: Final = Operation(
    summary="Change a password: one's own, or as an administrator anybody's; it ends their logins",
    method="PUT",
    path=USER,
    role=Role.VIEWER,
    limit=Limit.API,
    body=NewPassword,
    answer=Done,
    errors=(NotFound, InsufficientStorage),
)
SET_ROLE: Final = Operation(
    summary="Give a user another role, which ends the user's logins; the last administrator stays",
    method="PUT",
    path=USER,
    role=Role.ADMIN,
    limit=Limit.API,
    body=NewRole,
    answer=Done,
    errors=(NotFound, LastAdmin, InsufficientStorage),
)


class UsersRoute:
    """Manages users. Changes go one at a time: each hashes a password or syncs a disk."""

    def __init__(self, accounts: Accounts, verifier: Verifier) -> None:
        self._accounts = accounts
        self._verifier = verifier
        self._changing = asyncio.Lock()

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("users")
        gate.route(blueprint, LIST, self.list, "/api/users")
        gate.route(blueprint, ADD, self.add, "/api/users")
        gate.route(blueprint, REMOVE, self.remove, "/api/users/<name:str>")
        gate.route(blueprint, SET_PASSWORD, self.set_password, "/api/users/<name:str>/password")
        gate.route(blueprint, SET_ROLE, self.set_role, "/api/users/<name:str>/role")
        return blueprint

    async def list(self, _request: Request) -> BaseHTTPResponse:
        users = [UserInfo(user.name, user.role) for user in self._accounts.users()]
        return json_answer(UserList(users))

    async def add(self, request: Request) -> BaseHTTPResponse:
        new = body(request, NewUser)
        async with self._changing:
            await asyncio.to_thread(self._accounts.add_user, new.name, new.role, new.password)
        return json_answer(Done())

    async def remove(self, _request: Request, name: str) -> BaseHTTPResponse:
        async with self._changing:
            await asyncio.to_thread(self._accounts.remove_user, unquote(name))
        return json_answer(Done())

    async def set_password(self, request: Request, name: str) -> BaseHTTPResponse:
        user, wanted = unquote(name), body(request, NewPassword)
        await self._check_permission(request, user, wanted.old_password)
        async with self._changing:
            await asyncio.to_thread(self._accounts.set_password, user, wanted.password)
        return json_answer(Done())

    async def set_role(self, request: Request, name: str) -> BaseHTTPResponse:
        wanted = body(request, NewRole)
        async with self._changing:
            await asyncio.to_thread(self._accounts.set_role, unquote(name), wanted.role)
        return json_answer(Done())

    async def _check_permission(
        self, request: Request, user: str, old_password: str | None
    ) -> None:
        """Whoever finds a browser logged in must not be able to take the account over."""
        principal: Principal = request.ctx.principal
        if principal.kind == "token" or principal.name != user:
            if principal.role is not Role.ADMIN:
                raise PermissionDenied("Only an administrator changes the password of another user")
            return
        if old_password is None:
            raise InvalidRequest("old_password is missing", "It is needed for one's own password")
        try:
            await self._verifier.verify(user, old_password, client_address(request))
        except InvalidCredentials:
            raise PermissionDenied("old_password is wrong") from None
