"""Passwords as scrypt strings in the PHC form: ``$scrypt$ln=14,r=8,p=5$salt$hash``."""

import base64
import hashlib
import hmac
import os
from typing import Final

from msgspec import Struct

from camerad.errors import InvalidRequest

MIN_LENGTH: Final = 10
"""Keeps out, among others, the passwords that manuals use as examples."""
MAX_LENGTH: Final = 1024

_SALT_BYTES = 16
_HASH_BYTES = 32


class Cost(Struct, frozen=True):
    """scrypt's parameters; the memory of one hash is ``128 * r * 2**log_n`` bytes."""

    log_n: int
    r: int
    p: int


CHOSEN_BY_PEOPLE: Final = Cost(log_n=14, r=8, p=5)
"""One of OWASP's equivalent minima, the one that takes 16 MiB: two run at once on a device."""
MACHINE_MADE: Final = Cost(log_n=8, r=8, p=1)
"""For secrets of 100 random bits or more. There is nothing to guess, so nothing to slow down, and
the first start is not held up by it."""


def hash_password(password: str, cost: Cost = CHOSEN_BY_PEOPLE) -> str:
    salt = os.urandom(_SALT_BYTES)
    return _encode(cost, salt, _scrypt(password, salt, cost))


def verify_password(password: str, stored: str) -> bool:
    """Whether ``password`` is the one that ``stored`` was made of. Takes as long as the hash."""
    cost, salt, expected = _decode(stored)
    return hmac.compare_digest(_scrypt(password, salt, cost), expected)


def check_choice(password: str) -> None:
    """Raise ``InvalidRequest`` for a password that nobody should choose."""
    if len(password) < MIN_LENGTH:
        raise InvalidRequest(f"A password has at least {MIN_LENGTH} characters")
    if len(password) > MAX_LENGTH:
        raise InvalidRequest(f"A password has at most {MAX_LENGTH} characters")


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    n = 1 << cost.log_n
    return hashlib.scrypt(
        # A lone surrogate, from a header that is no UTF-8, is a wrong password and no error.
        password[: MAX_LENGTH + 1].encode(errors="surrogatepass"),
        salt=salt,
        n=n,
        r=cost.r,
        p=cost.p,
        # OpenSSL refuses more than 32 MiB unless told.
        maxmem=128 * cost.r * (n + cost.p + 2),
        dklen=_HASH_BYTES,
    )


def _encode(cost: Cost, salt: bytes, digest: bytes) -> str:
    parameters = f"ln={cost.log_n},r={cost.r},p={cost.p}"
    return "$".join(("", "scrypt", parameters, _to_text(salt), _to_text(digest)))


def _decode(stored: str) -> tuple[Cost, bytes, bytes]:
    _, _, parameters, salt, digest = stored.split("$")
    log_n, r, p = (int(item.partition("=")[2]) for item in parameters.split(","))
    return Cost(log_n, r, p), _to_bytes(salt), _to_bytes(digest)


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode()


def _to_bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


DUMMY: Final = _encode(CHOSEN_BY_PEOPLE, bytes(_SALT_BYTES), bytes(_HASH_BYTES))
"""No password fits it. Verified for users that do not exist, so that the time tells nothing."""
