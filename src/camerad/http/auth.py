"""Who is asking: the three ways to say it, and what each may do."""

import base64
from collections.abc import Awaitable, Callable

from msgspec import Struct
from sanic import Request

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.errors import InvalidCredentials, InvalidRequest, PermissionDenied

VerifyPassword = Callable[[str, str, str], Awaitable[Principal]]

QUERY_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""A URL with a token in it may show a picture; it must never change anything."""


class Credential(Struct, frozen=True):
    """Who was let in, and why: by the secret of a token, or for the hash of a password."""

    principal: Principal
    proof: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Credential({self.principal})"


class Authenticator:
    """Turns the credentials of a request into a principal.

    ``verify_password`` gets user, password and address; it hashes off the event loop.
    """

    def __init__(
        self,
        accounts: Accounts,
        verify_password: VerifyPassword,
        query_token_allowed: Callable[[], bool],
    ) -> None:
        self._accounts = accounts
        self._verify_password = verify_password
        self._query_token_allowed = query_token_allowed

    async def require(self, request: Request, role: Role) -> Principal:
        """The principal of a request that needs ``role``.

        Raises ``InvalidCredentials`` (who are you?), ``PermissionDenied`` (not you) or
        ``InvalidRequest`` (more than one answer).
        """
        principal = await self._identify(request)
        demand(principal, role)
        return principal

    def credential(self, request: Request) -> Credential:
        """What an admitted request was let in with."""
        principal: Principal = request.ctx.principal
        if principal.kind == "user":
            user = self._accounts.find_user(principal.name)
            return Credential(principal, user.password if user else "")
        header = request.headers.getone("authorization", "")
        secret = header.partition(" ")[2].strip() or request.get_args()["token"][0]
        return Credential(principal, secret)

    def holds(self, credential: Credential) -> bool:
        """Whether it would still be let in; unlike ``require`` this takes no hash."""
        principal = credential.principal
        if principal.kind != "user":
            return self._accounts.find_token(credential.proof) == principal
        user = self._accounts.find_user(principal.name)
        return user is not None and (user.role, user.password) == (principal.role, credential.proof)

    async def _identify(self, request: Request) -> Principal:
        headers = request.headers.getall("authorization", [])
        tokens = request.get_args(keep_blank_values=True).getlist("token", [])
        if len(headers) + len(tokens) > 1:
            raise InvalidRequest("More than one set of credentials", "Send exactly one")
        if headers:
            return await self._from_header(headers[0], request)
        if tokens:
            return self._from_query(tokens[0], request.method)
        raise InvalidCredentials(
            "Authentication is required", "Send a bearer token, a user and password, or ?token="
        )

    async def _from_header(self, header: str, request: Request) -> Principal:
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "bearer":
            return self._from_token(value.strip())
        if scheme.lower() == "basic":
            user, password = _basic(value.strip())
            return await self._verify_password(user, password, client_address(request))
        raise InvalidCredentials("Authentication failed", "Use the scheme Bearer or Basic")

    def _from_query(self, token: str, method: str) -> Principal:
        if not self._query_token_allowed():
            raise InvalidCredentials("Authentication failed", "?token= is switched off here")
        if method not in QUERY_METHODS:
            raise InvalidCredentials(
                "Authentication failed", "?token= is for GET and HEAD; send a header instead"
            )
        return self._from_token(token)

    def _from_token(self, secret: str) -> Principal:
        principal = self._accounts.find_token(secret)
        if principal is None:
            raise InvalidCredentials("Authentication failed", "The token is unknown or expired")
        return principal


def demand(principal: Principal, role: Role) -> None:
    """Raises ``PermissionDenied`` to who lacks ``role``."""
    if not principal.role.includes(role):
        raise PermissionDenied(
            "This account is not allowed to do this",
            f"It needs the role {role.value}; this is {principal.role.value}",
        )


def client_address(request: Request) -> str:
    """The address of the peer itself: a header that names another is only what somebody says."""
    return str(request.ip)


def _basic(value: str) -> tuple[str, str]:
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:  # neither base64 nor UTF-8, or not even ASCII
        colon = ""
    if not colon:
        raise InvalidCredentials(
            "Authentication failed", "Basic credentials are base64 of user:password"
        )
    return user, password
