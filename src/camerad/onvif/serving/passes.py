"""Lets clients fetch pictures at the addresses that they were told."""

from collections.abc import Callable
from typing import Final

from camerad.accounts.principal import Principal
from camerad.accounts.remembered import Remembered
from camerad.accounts.roles import Role
from camerad.accounts.store import Accounts
from camerad.config.schema import Auth
from camerad.onvif.serving.media_service import Pass

MAX_HOLDERS: Final = 256


class Passes:
    """A token in the URL, for pictures alone and for a time.

    Clients of ONVIF fetch pictures with the user and password that they have for ONVIF, which is
    another password than the user's own. So the address that they are told lets them in: with the
    role viewer, whoever they are, since addresses end up in logs.
    """

    def __init__(self, accounts: Accounts, settings: Callable[[], Auth]) -> None:
        self._accounts = accounts
        self._settings = settings
        self._issued: Remembered[str] = Remembered(MAX_HOLDERS)

    def issue(self, principal: Principal | None) -> Pass:
        """One that holds for its ``ttl_s`` at least. Without query where it would not be taken."""
        ttl_s = self._settings().session_ttl
        if principal is None or principal.kind != "user" or not self._settings().query_token:
            return Pass("", ttl_s)
        # Issued for twice the time, and to others too who ask within the first half of it.
        token = self._issued.get(principal.name)
        if token is None or self._accounts.find_token(token) is None:
            token = self._accounts.open_session(principal.name, 2 * ttl_s, Role.VIEWER)
            self._issued.put(principal.name, token, ttl_s)
        return Pass(f"&token={token}", ttl_s)
