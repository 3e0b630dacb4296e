"""A small state file with a copy beside it, for the day when the file cannot be read."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from camerad.storage.atomic import write_atomic

T = TypeVar("T")


class Loaded(Struct, Generic[T], frozen=True):
    value: T | None
    """``None`` if neither the file nor its copy gave anything."""
    warning: str | None
    """What was wrong, for a person; ``None`` if all is well or nothing was ever written."""


class BackedFile:
    """One file, and the copy of it that ``read`` falls back to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.copy_path = path.with_name(path.name + ".good")

    def write(self, data: bytes) -> None:
        """Write both, whole and durable; raises ``OSError``, and then the file is unchanged.

        The copy goes first: a cut between the two leaves the old file, which is what the caller
        then still holds, since the call had not returned.
        """
        write_atomic(self.copy_path, data)
        write_atomic(self.path, data)

    def read(self, parse: Callable[[bytes], T]) -> Loaded[T]:
        """What the file says, else what its copy says. ``parse`` raises ``ValueError``."""
        try:
            return Loaded(parse(self.path.read_bytes()), None)
        except (OSError, ValueError) as error:
            fault = error
        try:
            value = parse(self.copy_path.read_bytes())
        except FileNotFoundError:
            lost = not isinstance(fault, FileNotFoundError)
            return Loaded(None, self._warning(fault, "there is no copy") if lost else None)
        except (OSError, ValueError) as error:
            return Loaded(None, self._warning(fault, f"nor can its copy be read: {_why(error)}"))
        return Loaded(value, self._warning(fault, "its last good copy is in use"))

    def set_aside(self) -> None:
        """Rename what cannot be read, so that the next ``write`` does not destroy it."""
        for path in (self.path, self.copy_path):
            with contextlib.suppress(FileNotFoundError):
                path.rename(path.with_name(path.name + ".damaged"))

    def _warning(self, fault: Exception, rest: str) -> str:
        return f"{self.path.name} cannot be read ({_why(fault)}); {rest}"


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
