"""What camerad remembers of an update, over restarts of itself and of the device."""

import logging
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from camerad.clock import iso_utc
from camerad.storage.backed import BackedFile

logger = logging.getLogger(__name__)


class Bundle(Struct, frozen=True):
    """A bundle that was verified; ``path`` is virtual."""

    path: str
    version: str
    size: int


class State(Struct, frozen=True, tag_field="state"):
    """How far an update is. ``boot_id`` tells which run of the kernel it came so far in."""


class Idle(State, frozen=True, tag="idle"):
    """There is none."""


class Ready(State, frozen=True, tag="ready"):
    """A bundle waits to be installed."""

    bundle: Bundle


class Installing(State, frozen=True, tag="installing"):
    """RAUC was asked to install a bundle; ``installations`` is what its slot counted before."""

    bundle: Bundle
    slot: str
    installations: int


class Installed(State, frozen=True, tag="installed"):
    """A slot holds a new system, which nobody has started yet."""

    version: str
    slot: str
    boot_id: str


class Activating(State, frozen=True, tag="activating"):
    """The device was told to start another slot, which had been activated so often before. The
    checks in ``ailing`` had failed before.
    """

    version: str
    slot: str
    boot_id: str
    activations: int = 0
    ailing: list[str] = []


Result = Literal["installed", "failed", "activated", "rolled_back"]


class Outcome(Struct, frozen=True):
    """How the last update has ended so far."""

    result: Result
    version: str
    reason: str | None
    timestamp: str


AnyState = Idle | Ready | Installing | Installed | Activating


class _Content(Struct, frozen=True):
    state: AnyState = Idle()
    last: Outcome | None = None


class Memory:
    """The state, in a small file of the state directory that a power cut cannot halve. Writing it
    blocks.
    """

    def __init__(self, state_dir: Path) -> None:
        self._file = BackedFile(state_dir / "firmware.json")
        loaded = self._file.read(_parse)
        if loaded.warning:
            logger.warning("%s", loaded.warning)
        self._content = loaded.value or _Content()

    @property
    def state(self) -> AnyState:
        return self._content.state

    @property
    def last(self) -> Outcome | None:
        return self._content.last

    def enter(self, state: AnyState) -> None:
        """Remember a new state; raises ``OSError``."""
        self._write(_Content(state, self.last))

    def end(self, state: AnyState, result: Result, version: str, reason: str | None = None) -> None:
        """Remember a new state, and what has led to it; raises ``OSError``."""
        self._write(_Content(state, Outcome(result, version, reason, iso_utc())))

    def _write(self, content: _Content) -> None:
        if content != self._content:
            self._file.write(msgspec.json.encode(content))
            self._content = content


def _parse(data: bytes) -> _Content:
    return msgspec.json.decode(data, type=_Content)
