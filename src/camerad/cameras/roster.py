"""Which number a camera has, whatever its node is called today."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Final

from msgspec import Meta, Struct

from camerad.capture.identity import Identity, VideoNode

logger = logging.getLogger(__name__)

MOST: Final = 16
"""Cameras that are remembered. One more takes the number of the one that was seen last the longest
ago, and is not there."""


class Member(Struct, frozen=True):
    """A camera that has its number."""

    id: Annotated[int, Meta(ge=0, le=255)]
    identity: Identity
    device: str
    """Its node when it was last seen."""
    product: str = ""
    """What people call it."""


class Roster:
    """Gives every camera the number that it had, by its serial number; those without one, or with
    the same one, by where they are plugged in.
    """

    def __init__(self, members: Iterable[Member] = (), reserved: Collection[int] = ()) -> None:
        """``members`` in the order in which they were last seen; ``reserved`` are numbers of other
        cameras, which members give up.
        """
        self._reserved = frozenset(reserved)
        self.members: Sequence[Member] = [
            member for member in members if member.id not in self._reserved
        ][-MOST:]

    def match(self, nodes: Iterable[VideoNode]) -> Mapping[VideoNode, int]:
        """The numbers of those that are members; nothing changes."""
        matched: dict[VideoNode, int] = {}
        by_number = sorted(self.members, key=lambda member: member.id)
        for same in (Identity.__eq__, Identity.moved_to):
            for node in nodes:
                if node not in matched:
                    free = (each for each in by_number if each.id not in matched.values())
                    member = next(
                        (each for each in free if same(each.identity, node.identity)), None
                    )
                    if member is not None:
                        matched[node] = member.id
        return matched

    def assign(self, nodes: Sequence[VideoNode]) -> Mapping[int, VideoNode]:
        """The numbers of these, which are all that are there; who is new becomes a member."""
        found = {number: node for node, number in self.match(nodes).items()}
        for node in nodes:
            if node not in found.values():
                number = self._number(found)
                if number is None:
                    logger.warning("%s is left out: %d cameras are enough", node.device, MOST)
                else:
                    found[number] = node
        self._remember(found)
        return found

    def free_number(self, taken: Collection[int] = ()) -> int:
        """The lowest that no camera has."""
        all_taken = {*self._reserved, *taken, *(member.id for member in self.members)}
        return next(number for number in range(len(all_taken) + 1) if number not in all_taken)

    def _number(self, found: Collection[int]) -> int | None:
        away = [member.id for member in self.members if member.id not in found]
        if len(found) + len(away) < MOST:
            return self.free_number(found)
        return away[0] if away else None

    def _remember(self, found: Mapping[int, VideoNode]) -> None:
        """Those that are here were seen last. Their order stays, so that nothing has changed when
        the same are here again.
        """
        before = {member.id: member for member in self.members}
        away = [member for member in self.members if member.id not in found]
        here = [number for number in before if number in found]
        here += [number for number in found if number not in before]
        self.members = away + [_member(number, found[number]) for number in here]


def _member(number: int, node: VideoNode) -> Member:
    return Member(number, node.identity, node.device, node.product)
