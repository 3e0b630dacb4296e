"""WS-UsernameToken: who asks, by a digest or a password in the message itself."""

import base64
import binascii
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from camerad.accounts.addresses import party
from camerad.accounts.backoff import Backoff
from camerad.accounts.principal import Principal
from camerad.accounts.remembered import Remembered
from camerad.accounts.store import Accounts
from camerad.config.schema import Onvif
from camerad.errors import CameradError
from camerad.onvif.envelope import Envelope
from camerad.onvif.names import DIGEST, SECURITY, UTILITY
from camerad.onvif.serving.faults import NotAuthorized
from camerad.onvif.wsse import fits

WINDOW_S: Final = 300.0
"""How far a token's time may be from ours; so long is its nonce remembered, too."""
MAX_NONCES: Final = 8192

VerifyPassword = Callable[[str, str, str], Awaitable[Principal]]

_W: Final = f"{{{SECURITY}}}"


class UsernameTokens:
    """Lets the users of this device in.

    A digest can be checked only with the password itself, of which the accounts have no more than
    a hash. So a user who is to log in by digest has a second password in ``onvif.users``, for ONVIF
    alone: whoever reads it there can ask for pictures, but has not got the user's own password.
    """

    def __init__(
        self,
        accounts: Accounts,
        verify_password: VerifyPassword,
        settings: Callable[[], Onvif],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``verify_password`` gets user, password and address; it hashes off the event loop."""
        self._accounts = accounts
        self._verify_password = verify_password
        self._settings = settings
        self._clock = clock
        self._nonces: Remembered[bool] = Remembered(MAX_NONCES)
        self._failures = Backoff()

    async def principal(self, envelope: Envelope, address: str) -> Principal | None:
        """Who has sent a message; None if it does not say. Raises ``NotAuthorized``."""
        header = envelope.header
        token = header and header.find(f"{_W}Security", f"{_W}UsernameToken")
        if not token:
            return None
        username = token.text_at(f"{_W}Username")
        password = token.find(f"{_W}Password")
        if password is None:
            raise NotAuthorized("The sender is not authorized")
        if password.attributes.get("Type") != DIGEST:
            return await self._by_password(username, password.text.strip(), address)
        nonce = token.text_at(f"{_W}Nonce")
        created = token.text_at(f"{{{UTILITY}}}Created")
        return self._by_digest(username, password.text.strip(), nonce, created, party(address))

    async def _by_password(self, username: str, password: str, address: str) -> Principal:
        try:
            return await self._verify_password(username, password, address)
        except CameradError as error:
            raise NotAuthorized(error.message) from None

    def _by_digest(
        self, username: str, claimed: str, nonce: str, created: str, who: str
    ) -> Principal:
        if self._failures.wait_s(who) > 0:
            raise NotAuthorized("Too many failed logins; retry later")
        user = self._accounts.find_user(username)
        password = self._password(username)
        fresh = self._is_fresh(nonce, created)
        if user is None or password is None or not fits(claimed, _bytes(nonce), created, password):
            self._failures.failed(who)
            raise NotAuthorized("The sender is not authorized")
        if not fresh:
            raise NotAuthorized("The token is too old, or was used before")
        self._nonces.put(f"{nonce} {created}", True, 2 * WINDOW_S)
        return Principal(user.name, user.role, "user")

    def _password(self, username: str) -> str | None:
        named = (user for user in self._settings().users if user.username == username)
        return next((user.password for user in named), None)

    def _is_fresh(self, nonce: str, created: str) -> bool:
        try:
            at = datetime.fromisoformat(created)
        except ValueError:
            return False
        # A time without a zone would be the device's own, whatever that is.
        in_time = at.tzinfo is not None and abs(at.timestamp() - self._clock()) <= WINDOW_S
        return in_time and self._nonces.get(f"{nonce} {created}") is None


def _bytes(nonce: str) -> bytes:
    try:
        return base64.b64decode(nonce, validate=True)
    except binascii.Error:
        return b""
