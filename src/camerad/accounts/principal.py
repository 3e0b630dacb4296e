"""Who asks."""

from dataclasses import dataclass
from typing import Literal

from camerad.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who they are."""

    name: str
    role: Role
    kind: Literal["token", "user", "session"]
