"""Users and tokens as ``accounts.json`` holds them."""

import hashlib
import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct, structs

from camerad.accounts.roles import Role
from camerad.errors import AccountExists, InvalidRequest, LastAdmin, NotFound

# Basic credentials end a name at its first colon. In Python `$` matches before a final newline too.
NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$(?!\n)"

_PHC = re.compile(r"\$scrypt\$ln=1?\d,r=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")


class User(Struct, frozen=True, kw_only=True):
    name: str
    role: Role
    password: str
    """Hashed, in the form of ``passwords``."""


class Token(Struct, frozen=True, kw_only=True):
    name: str
    role: Role
    created: datetime
    expires: datetime | None
    sha256: str
    """Of the secret, in hex. No salt and no slow hash: 256 random bits cannot be guessed."""


class Records(Struct, frozen=True, kw_only=True):
    users: tuple[User, ...] = ()
    tokens: tuple[Token, ...] = ()


def parse_records(data: bytes) -> Records:
    """Raises ``ValueError`` for anything but what ``dump_records`` gave."""
    records = msgspec.json.decode(data, type=Records)
    if not all(_PHC.fullmatch(user.password) for user in records.users):
        raise ValueError("a stored password is damaged")
    return records


def dump_records(records: Records) -> bytes:
    return msgspec.json.format(msgspec.json.encode(records), indent=2)


def hash_token(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def check_name(name: str) -> None:
    """Raise ``InvalidRequest`` unless ``name`` can be that of a user or a token."""
    if not re.match(NAME_PATTERN, name):
        raise InvalidRequest(
            "A name has 1 to 64 letters, digits or . _ @ + - and starts with a letter or digit"
        )


def with_token(records: Records, token: Token) -> Records:
    if any(other.name == token.name for other in records.tokens):
        raise AccountExists(f"There is a token {token.name!r} already")
    return structs.replace(records, tokens=(*records.tokens, token))


def replacing_token(records: Records, token: Token) -> Records:
    others = tuple(other for other in records.tokens if other.name != token.name)
    return structs.replace(records, tokens=(*others, token))


def without_token(records: Records, name: str) -> Records:
    tokens = tuple(token for token in records.tokens if token.name != name)
    if len(tokens) == len(records.tokens):
        raise NotFound(f"There is no token {name!r}")
    return structs.replace(records, tokens=tokens)


def with_user(records: Records, user: User) -> Records:
    if any(other.name == user.name for other in records.users):
        raise AccountExists(f"There is a user {user.name!r} already")
    return structs.replace(records, users=(*records.users, user))


def without_user(records: Records, name: str) -> Records:
    _check_admin_stays(records, name)
    users = tuple(user for user in records.users if user.name != name)
    if len(users) == len(records.users):
        raise NotFound(f"There is no user {name!r}")
    return structs.replace(records, users=users)


def with_password(records: Records, name: str, password_hash: str) -> Records:
    return _with_changed_user(records, name, password=password_hash)


def with_role(records: Records, name: str, role: Role) -> Records:
    if role is not Role.ADMIN:
        _check_admin_stays(records, name)
    return _with_changed_user(records, name, role=role)


def _with_changed_user(records: Records, name: str, **fields: object) -> Records:
    if all(user.name != name for user in records.users):
        raise NotFound(f"There is no user {name!r}")
    users = tuple(
        structs.replace(user, **fields) if user.name == name else user for user in records.users
    )
    return structs.replace(records, users=users)


def _check_admin_stays(records: Records, name: str) -> None:
    if [user.name for user in records.users if user.role is Role.ADMIN] == [name]:
        raise LastAdmin("The last administrator stays", "Add another one first")
