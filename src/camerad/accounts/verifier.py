"""Passwords over the network: slow to guess, cheap to poll with.

HTTP Basic sends the password with every request, and its hash takes a tenth of a second. So one
that was right is remembered for seconds, one that was wrong for longer (a client that polls with an
old password makes one failure, not hundreds), and whoever tries many has to wait.
"""

import asyncio
import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from camerad.accounts import passwords
from camerad.accounts.addresses import party
from camerad.accounts.backoff import Backoff
from camerad.accounts.principal import Principal
from camerad.accounts.remembered import Remembered
from camerad.accounts.store import Accounts
from camerad.errors import InvalidCredentials, Overloaded, RateLimited

GOOD_FOR_S: Final = 30.0
BAD_FOR_S: Final = 900.0
KNOWN_FOR_S: Final = 86_400.0
"""So long may an address try for an account that it was let into, while others are held off:
they can guess at ``admin`` for ever, and must not be able to keep its owner out."""

_THREADS = 2
_MAX_WAITING = 32
"""Passwords being verified or waiting for it; a few seconds of work."""
_MAX_REMEMBERED = 1024


class Verifier:
    """Verifies logins for the event loop."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._key = secrets.token_bytes(32)
        self._executor = ThreadPoolExecutor(_THREADS, "passwords")
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._good: Remembered[str] = Remembered(_MAX_REMEMBERED, clock)
        self._bad: Remembered[str] = Remembered(_MAX_REMEMBERED, clock)
        self._known: Remembered[str] = Remembered(_MAX_REMEMBERED, clock)
        self._of_address = Backoff(clock)
        self._of_account = Backoff(clock)

    async def verify(self, user: str, password: str, address: str) -> Principal:
        """Who logs in, from where.

        Raises ``InvalidCredentials``, ``RateLimited`` for who has failed too often, ``Overloaded``
        when too many log in at once.
        """
        login = self._fingerprint(user, password)
        fits = self._good.get(login) is not None
        if not fits and self._bad.get(login) is None:
            fits = await self._verify_once(login, user, password, party(address))
        account = self._accounts.find_user(user)
        if not fits or account is None:
            raise InvalidCredentials("Authentication failed", "The user or password is wrong")
        return Principal(account.name, account.role, "user")

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _verify_once(self, login: str, user: str, password: str, who: str) -> bool:
        """Verify a login, with all others that wait for the same one."""
        task = self._running.get(login)
        if task is None:
            self._check_backoff(user, who)
            if len(self._running) >= _MAX_WAITING:
                raise Overloaded("Too many logins at once")
            # Counted before the outcome is known, or many guesses at once would all be free.
            self._of_address.failed(who)
            self._of_account.failed(user)
            task = asyncio.create_task(self._verify(login, user, password, who))
            self._running[login] = task
            task.add_done_callback(lambda _: self._running.pop(login))
        # A client that hangs up must not cancel it for the others.
        return await asyncio.shield(task)

    async def _verify(self, login: str, user: str, password: str, who: str) -> bool:
        fits = await asyncio.get_running_loop().run_in_executor(
            self._executor, self._accounts.verify_password, user, password
        )
        if not fits:
            self._bad.put(login, user, BAD_FOR_S)
            return False
        self._good.put(login, user, GOOD_FOR_S)
        self._known.put(f"{who} {user}", user, KNOWN_FOR_S)
        self._of_account.forget(user)
        # Not forgotten: a guesser with an account of his own would log in now and then.
        self._of_address.take_back(who)
        return True

    def _check_backoff(self, user: str, who: str) -> None:
        wait_s = self._of_address.wait_s(who)
        if self._known.get(f"{who} {user}") is None:
            wait_s = max(wait_s, self._of_account.wait_s(user))
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            raise RateLimited(
                "Too many failed logins", f"Retry in {seconds} s", retry_after_s=seconds
            )

    def _fingerprint(self, user: str, password: str) -> str:
        """Stands for a login in the tables, for as long as the account has this password: the key
        dies with the process, and the password is kept nowhere.
        """
        account = self._accounts.find_user(user)
        stored = account.password if account else passwords.DUMMY
        message = f"{stored}\0{user}\0{password}".encode(errors="surrogatepass")
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
