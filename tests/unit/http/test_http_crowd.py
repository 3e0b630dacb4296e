import pytest

from camerad.http.crowd import Crowd

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Member:
    def __init__(self, *, waits=False):
        self.waits = waits
        self.aborted = 0

    def close_if_idle(self):
        pass

    def abort(self):
        self.aborted += 1


def come(crowd, count, address=HERE, *, waits=False):
    """So many at once; gives those that were let in."""
    members = [Member(waits=waits) for _ in range(count)]
    return [member for member in members if crowd.admit(member, address)]


@pytest.mark.parametrize(("most", "share"), [(8, 6), (16, 12), (512, 384), (10, 8)])
def test_one_address_gets_three_quarters(most, share):
    crowd = Crowd(most)
    assert len(come(crowd, most, HERE)) == share
    assert len(come(crowd, most, THERE)) == most - share
    assert len(crowd) == most
    assert crowd.refused == most


def test_at_its_share_the_oldest_of_the_address_that_waits_makes_room():
    crowd = Crowd(8)
    other = come(crowd, 1, THERE, waits=True)[0]
    busy, *waiting = come(crowd, 1) + come(crowd, 5, waits=True)
    for leaving in waiting:
        assert len(come(crowd, 1)) == 1
        assert leaving.aborted == 1
    assert (busy.aborted, other.aborted) == (0, 0)
    assert come(crowd, 1) == []
    assert (crowd.displaced, crowd.refused, len(crowd)) == (5, 1, 7)


def test_when_all_is_full_anybody_who_waits_makes_room():
    crowd = Crowd(8)
    come(crowd, 6, HERE)
    waiting = come(crowd, 2, THERE, waits=True)
    assert len(come(crowd, 3, "192.0.2.3")) == 2
    assert [member.aborted for member in waiting] == [1, 1]


def test_who_comes_to_wait_displaces_nobody_at_work():
    crowd = Crowd(8)
    busy = come(crowd, 6)
    assert come(crowd, 100, waits=True) == []
    assert [member.aborted for member in busy] == [0] * 6


def test_who_only_connects_keeps_nobody_out():
    crowd = Crowd(8)
    for _ in range(1000):
        come(crowd, 1, waits=True)
    assert len(crowd) == 6
    assert len(come(crowd, 1)) == 1


def test_who_leaves_makes_room():
    crowd = Crowd(8)
    members = come(crowd, 6)
    assert come(crowd, 1) == []
    for member in members:
        crowd.leave(member)
        crowd.leave(member)
    assert (len(crowd), crowd._sizes) == (0, {})
    assert len(come(crowd, 8)) == 6


def test_a_stranger_who_leaves_changes_nothing():
    crowd = Crowd(8)
    come(crowd, 1)
    crowd.leave(Member())
    assert len(crowd) == 1


def test_all_addresses_of_an_ipv6_network_are_one():
    crowd = Crowd(8)
    admitted = [crowd.admit(Member(), f"2001:db8::{number}") for number in range(8)]
    assert sum(admitted) == 6


def test_members_may_leave_while_they_are_looked_at():
    crowd = Crowd(8)
    come(crowd, 5)
    for member in crowd:
        crowd.leave(member)
    assert len(crowd) == 0
