"""The accounts of a device: who may come in, and as what."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from camerad.accounts import passwords
from camerad.accounts.file import AccountsFile
from camerad.accounts.principal import Principal
from camerad.accounts.records import (
    Token,
    User,
    check_name,
    hash_token,
    replacing_token,
    with_password,
    with_role,
    with_token,
    with_user,
    without_token,
    without_user,
)
from camerad.accounts.roles import Role
from camerad.accounts.sessions import Sessions
from camerad.errors import InvalidRequest
from camerad.storage.atomic import write_atomic

FIRST_USER: Final = "admin"

_TOKEN_BYTES = 32
_PASSWORD_BYTES = 16
MAX_LIFETIME_DAYS: Final = 36_500


class FirstCredentials(Struct, frozen=True):
    """What the first start made, to be shown once."""

    user: str
    password: str
    token: str

    def __repr__(self) -> str:
        """Without its secrets: it may end up in a traceback."""
        return f"FirstCredentials(user={self.user!r})"

    def text(self) -> str:
        return f"user {self.user}\npassword {self.password}\ntoken {self.token}\n"


class Accounts:
    """Users and tokens. Look-ups are fast; changes, and ``verify_password``, block."""

    def __init__(self, state_dir: Path, now: Callable[[], datetime] | None = None) -> None:
        self.first_credentials_path = state_dir / "first-credentials"
        self._now = now or _utc_now
        self._file = AccountsFile(state_dir)
        self._sessions = Sessions(self.find_user)
        self.lost = False
        """No stored accounts could be read, and a first administrator stands in their place."""

    @property
    def warning(self) -> str | None:
        """What is wrong with the stored accounts, for health and the log."""
        return self._file.current().warning

    def users(self) -> list[Principal]:
        return [
            Principal(user.name, user.role, "user") for user in self._file.current().users.values()
        ]

    def tokens(self) -> list[Token]:
        """All tokens, expired ones too."""
        return list(self._file.current().tokens.values())

    def find_token(self, secret: str) -> Principal | None:
        """Whose token it is, of a machine or of a login; ``None`` if nobody's, or expired."""
        # An attacker learns nothing from the time of this: he cannot choose the hash.
        token = self._file.current().tokens.get(hash_token(secret))
        if token is None:
            return self._sessions.find(secret)
        if token.expires is not None and token.expires <= self._now():
            return None
        return Principal(token.name, token.role, "token")

    def find_user(self, name: str) -> User | None:
        return self._file.current().users.get(name)

    def verify_password(self, name: str, password: str) -> Principal | None:
        """Blocks for as long as a hash takes, even if there is no such user."""
        user = self.find_user(name)
        fits = passwords.verify_password(password, user.password if user else passwords.DUMMY)
        return Principal(user.name, user.role, "user") if user and fits else None

    def open_session(self, user: str, ttl_s: float, role: Role | None = None) -> str:
        """Give a token to somebody who has just logged in; with a role, for that much only."""
        return self._sessions.open(user, ttl_s, role)

    def close_session(self, secret: str) -> None:
        self._sessions.close(secret)

    def add_token(self, name: str, role: Role, expires_days: float | None = None) -> str:
        """Make a token and give its secret, which is stored nowhere."""
        secret, token = self._make_token(name, role, expires_days)
        self._file.change(lambda records: with_token(records, token))
        return secret

    def revoke_token(self, name: str) -> None:
        self._file.change(lambda records: without_token(records, name))

    def add_user(self, name: str, role: Role, password: str) -> None:
        check_name(name)
        user = User(name=name, role=role, password=_hash_chosen(password))
        self._file.change(lambda records: with_user(records, user))

    def remove_user(self, name: str) -> None:
        self._file.change(lambda records: without_user(records, name))

    def set_role(self, name: str, role: Role) -> None:
        """Ends the user's logins, unless it is the role that the user has."""
        self._file.change(lambda records: with_role(records, name, role))

    def set_password(self, name: str, password: str) -> None:
        password_hash = _hash_chosen(password)
        self._file.change(lambda records: with_password(records, name, password_hash))
        if name == FIRST_USER:
            self.first_credentials_path.unlink(missing_ok=True)

    def first_start(self) -> FirstCredentials | None:
        """Make the first administrator if there are no users; else ``None``.

        Tokens may be there already: the command line makes them before the daemon has ever run.
        The credentials also stand in ``first_credentials_path`` until the password is changed.
        """
        if self.users():
            return None
        lost = self.warning is not None
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        password_hash = passwords.hash_password(password, passwords.MACHINE_MADE)
        user = User(name=FIRST_USER, role=Role.ADMIN, password=password_hash)
        secret, token = self._make_token("first-start", Role.ADMIN, None)
        credentials = FirstCredentials(FIRST_USER, password, secret)
        # Before the accounts: cut short between the two, the next start makes new ones.
        write_atomic(self.first_credentials_path, credentials.text().encode())
        self._file.change(lambda records: replacing_token(with_user(records, user), token))
        self.lost = lost
        return credentials

    def _make_token(self, name: str, role: Role, expires_days: float | None) -> tuple[str, Token]:
        check_name(name)
        created = self._now()
        secret = secrets.token_urlsafe(_TOKEN_BYTES)
        return secret, Token(
            name=name,
            role=role,
            created=created,
            expires=None if expires_days is None else created + _lifetime(expires_days),
            sha256=hash_token(secret),
        )


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _hash_chosen(password: str) -> str:
    passwords.check_choice(password)
    return passwords.hash_password(password)


def _lifetime(days: float) -> timedelta:
    if not 0 < days <= MAX_LIFETIME_DAYS:
        raise InvalidRequest(f"A token lives for at most {MAX_LIFETIME_DAYS} days")
    return timedelta(days=days)
