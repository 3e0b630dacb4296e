"""``accounts.json``, which the daemon and the command line use at the same time.

A change holds a lock from reading to writing, so that none is lost; and every look at the accounts
notices when the file has become another one (a ``stat``, 3 µs), so that a revoked token ends at
once.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from camerad.accounts.records import Records, Token, User, dump_records, parse_records
from camerad.errors import InsufficientStorage
from camerad.storage.backed import BackedFile
from camerad.storage.locks import exclusive

Stamp = tuple[int, int, int] | None
"""mtime, inode and size of the file; ``None`` if there is none."""


class Snapshot(Struct, frozen=True):
    """The accounts as the file had them when it bore ``stamp``."""

    stamp: Stamp
    users: Mapping[str, User]
    tokens: Mapping[str, Token]
    """By the hash of their secret."""
    warning: str | None


class AccountsFile:
    """A file that cannot be read gives its last good copy, else no accounts: nobody gets in."""

    def __init__(self, state_dir: Path) -> None:
        self._file = BackedFile(state_dir / "accounts.json")
        self._path = str(self._file.path)
        self._lock_path = state_dir / "accounts.lock"
        self._snapshot = self._load()

    def current(self) -> Snapshot:
        if self._snapshot.stamp != self._stamp():
            self._snapshot = self._load()
        return self._snapshot

    def change(self, change: Callable[[Records], Records]) -> None:
        """Put what ``change`` makes of the records in their place; raises what it raises, and
        ``InsufficientStorage``, and then nothing has changed.
        """
        try:
            with exclusive(self._lock_path):
                loaded = self._file.read(parse_records)
                records = change(loaded.value or Records())
                if loaded.value is None and loaded.warning:
                    self._file.set_aside()
                self._file.write(dump_records(records))
        except OSError as error:
            raise InsufficientStorage(f"Accounts cannot be stored: {error.strerror}") from error
        self._snapshot = self._load()

    def _stamp(self) -> Stamp:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _load(self) -> Snapshot:
        # The stamp first: if the file changes after it, the next look reads again.
        stamp = self._stamp()
        loaded = self._file.read(parse_records)
        records = loaded.value or Records()
        return Snapshot(
            stamp,
            {user.name: user for user in records.users},
            {token.sha256: token for token in records.tokens},
            loaded.warning,
        )
