"""Logins of people: tokens that live in memory, and end with the daemon at the latest.

They are not written down, since a browser's login is no reason to wear out a flash memory.
"""

import secrets
import time
from collections.abc import Callable
from typing import Final

from camerad.accounts.principal import Principal
from camerad.accounts.records import User, hash_token
from camerad.accounts.remembered import Remembered
from camerad.errors import NotFound

MAX_SESSIONS: Final = 1000
"""One more, and the oldest ends."""


class Sessions:
    """A session ends with its time, and when its user is removed or gets another password."""

    def __init__(
        self, find_user: Callable[[str], User | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._find_user = find_user
        self._users: Remembered[User] = Remembered(MAX_SESSIONS, clock)

    def open(self, name: str, ttl_s: float) -> str:
        """Begin a session; gives its secret."""
        user = self._find_user(name)
        if user is None:
            raise NotFound(f"There is no user {name!r}")
        secret = secrets.token_urlsafe(32)
        self._users.put(hash_token(secret), user, ttl_s)
        return secret

    def find(self, secret: str) -> Principal | None:
        user = self._users.get(hash_token(secret))
        if user is None or self._find_user(user.name) != user:
            return None
        return Principal(user.name, user.role, "session")

    def close(self, secret: str) -> None:
        self._users.forget(hash_token(secret))
