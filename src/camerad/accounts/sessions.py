"""Logins of people: tokens that live in memory, and end with the daemon at the latest.

They are not written down, since a browser's login is no reason to wear out a flash memory.
"""

import secrets
import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from camerad.accounts.principal import Principal
from camerad.accounts.records import User, hash_token
from camerad.accounts.remembered import Remembered
from camerad.accounts.roles import Role
from camerad.errors import NotFound

MAX_SESSIONS: Final = 1000
"""One more, and the oldest ends."""


class _Session(Struct, frozen=True):
    user: User
    """As it was when the session began."""
    role: Role


class Sessions:
    """A session ends with its time, and when its user is removed or gets another password."""

    def __init__(
        self, find_user: Callable[[str], User | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._find_user = find_user
        self._sessions: Remembered[_Session] = Remembered(MAX_SESSIONS, clock)

    def open(self, name: str, ttl_s: float, role: Role | None = None) -> str:
        """Begin a session; gives its secret. With a role it may do no more than that."""
        user = self._find_user(name)
        if user is None:
            raise NotFound(f"There is no user {name!r}")
        secret = secrets.token_urlsafe(32)
        limited = user.role if role is None or not user.role.includes(role) else role
        self._sessions.put(hash_token(secret), _Session(user, limited), ttl_s)
        return secret

    def find(self, secret: str) -> Principal | None:
        session = self._sessions.get(hash_token(secret))
        if session is None or self._find_user(session.user.name) != session.user:
            return None
        return Principal(session.user.name, session.role, "session")

    def close(self, secret: str) -> None:
        self._sessions.forget(hash_token(secret))
