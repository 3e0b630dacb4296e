"""All open connections: how many there may be, and who leaves when there are too many."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from camerad.accounts.addresses import party


class Member(Protocol):
    """A connection."""

    @property
    def waits(self) -> bool:
        """No whole request has come yet, or none since the last answer."""

    def close_if_idle(self) -> object:
        """Say goodbye, unless a request is under way."""

    def abort(self) -> None:
        """End now."""


class Crowd:
    """Admits connections up to a cap, and of one address up to three quarters of it, so that
    nobody has all.

    At either limit the oldest that only waits makes room: who connects and says nothing, or sends
    half a head, keeps nobody out. Only when all are at work is one more refused.
    """

    def __init__(self, most: int) -> None:
        self.refused = 0
        self.displaced = 0
        self._most = most
        self._share = most - most // 4
        self._members: dict[Member, str] = {}
        """With the party of each; the oldest first."""
        self._sizes: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        """As they are now: they may leave meanwhile."""
        return iter(tuple(self._members))

    def admit(self, member: Member, address: str) -> bool:
        """Count a new connection in; false if there is no room for it."""
        who = party(address)
        room = True
        if self._sizes[who] >= self._share:
            room = self._displace(who)
        elif len(self._members) >= self._most:
            room = self._displace(None)
        if room:
            self._members[member] = who
            self._sizes[who] += 1
        else:
            self.refused += 1
        return room

    def leave(self, member: Member) -> None:
        """Count a connection out, if it was in."""
        who = self._members.pop(member, None)
        if who is None:
            return
        self._sizes[who] -= 1
        if not self._sizes[who]:
            del self._sizes[who]

    def _displace(self, who: str | None) -> bool:
        """End the oldest that waits, of one party or of all; false if none does."""
        for member, owner in self._members.items():
            if member.waits and who in (None, owner):
                self.leave(member)
                member.abort()
                self.displaced += 1
                return True
        return False
