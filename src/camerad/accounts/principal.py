"""Who asks."""

from typing import Literal

from msgspec import Struct

from camerad.accounts.roles import Role


class Principal(Struct, frozen=True):
    """Somebody who has shown who they are."""

    name: str
    role: Role
    kind: Literal["token", "user", "session"]
