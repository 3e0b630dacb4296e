"""Who gets which number, when cameras come, go, and come back in other plugs and under other
nodes.
"""

import pytest

from camerad.cameras.roster import MOST, Member, Roster
from camerad.capture.identity import Identity, VideoNode


def node(number, serial="", path="p1", *, product="046d:0825", unit="00.0"):
    return VideoNode(f"/dev/video{number}", "Webcam", Identity(product, serial, path, unit))


LEFT, RIGHT = node(0, "left", "p1"), node(2, "right", "p2")
TWIN_1, TWIN_2 = node(0, "same", "p1"), node(2, "same", "p2")
PLAIN_1, PLAIN_2 = node(0, "", "p1"), node(2, "", "p2")

SCENES = {
    "the first gets the first number": [([LEFT], {0: "video0"})],
    "in the order of their nodes": [([LEFT, RIGHT], {0: "video0", 1: "video2"})],
    "one comes later": [([RIGHT], {0: "video2"}), ([LEFT, RIGHT], {0: "video2", 1: "video0"})],
    "under another node": [([LEFT], {0: "video0"}), ([], {}), ([node(4, "left")], {0: "video4"})],
    "in another plug": [([LEFT], {0: "video0"}), ([node(0, "left", "p9")], {0: "video0"})],
    "swapped plugs": [
        ([LEFT, RIGHT], {0: "video0", 1: "video2"}),
        ([], {}),
        ([node(0, "right", "p1"), node(2, "left", "p2")], {1: "video0", 0: "video2"}),
    ],
    "swapped plugs, one by one": [
        ([LEFT, RIGHT], {0: "video0", 1: "video2"}),
        ([RIGHT], {1: "video2"}),
        ([node(0, "left", "p3"), RIGHT], {0: "video0", 1: "video2"}),
        ([node(0, "left", "p3")], {0: "video0"}),
        ([node(0, "left", "p3"), node(2, "right", "p1")], {0: "video0", 1: "video2"}),
    ],
    "another camera in the same plug": [
        ([LEFT], {0: "video0"}),
        ([node(0, "other", "p1")], {1: "video0"}),
        ([node(0, "left", "p1")], {0: "video0"}),
    ],
    "equal serials go by their plugs": [
        ([TWIN_1, TWIN_2], {0: "video0", 1: "video2"}),
        ([TWIN_2], {1: "video2"}),
        ([node(6, "same", "p2"), node(4, "same", "p1")], {1: "video6", 0: "video4"}),
    ],
    "an equal serial in a new plug is the one that is away": [
        ([TWIN_1, TWIN_2], {0: "video0", 1: "video2"}),
        ([TWIN_1, node(4, "same", "p3")], {0: "video0", 1: "video4"}),
    ],
    "a third of equal serials is new": [
        ([TWIN_1, TWIN_2], {0: "video0", 1: "video2"}),
        ([TWIN_1, TWIN_2, node(4, "same", "p3")], {0: "video0", 1: "video2", 2: "video4"}),
    ],
    "without serials they go by their plugs": [
        ([PLAIN_1, PLAIN_2], {0: "video0", 1: "video2"}),
        ([PLAIN_2], {1: "video2"}),
        ([node(0, "", "p2"), node(2, "", "p1")], {1: "video0", 0: "video2"}),
    ],
    "without serials, the one that is away has moved": [
        ([PLAIN_1], {0: "video0"}),
        ([node(0, "", "p7")], {0: "video0"}),
    ],
    "another product without a serial is new": [
        ([PLAIN_1], {0: "video0"}),
        ([node(0, "", "p1", product="1234:5678")], {1: "video0"}),
    ],
    "one device with two cameras": [
        ([LEFT, node(1, "left", unit="02.0")], {0: "video0", 1: "video1"}),
        ([node(1, "left", unit="02.0")], {1: "video1"}),
    ],
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
@pytest.mark.parametrize("restarts", [False, True])
def test_numbers(scene, restarts):
    roster = Roster()
    for nodes, expected in scene:
        numbers = {number: node.device[5:] for number, node in roster.assign(nodes).items()}
        assert numbers == expected
        if restarts:
            roster = Roster(roster.members)


def test_the_same_again_changes_nothing():
    roster = Roster()
    roster.assign([LEFT, RIGHT])
    before = roster.members
    roster.assign([LEFT, RIGHT])
    assert roster.members == before
    assert before[0] == Member(0, LEFT.identity, "/dev/video0", "Webcam")


def test_matching_makes_no_members():
    roster = Roster()
    roster.assign([LEFT])
    assert roster.match([LEFT, RIGHT]) == {LEFT: 0}
    assert len(roster.members) == 1


@pytest.mark.parametrize(
    ("members", "reserved", "free"),
    [
        ((), (), 0),
        ((0, 1), (), 2),
        ((1,), (), 0),
        ((), range(2), 2),
        ((0, 3), range(2), 2),
    ],
)
def test_the_lowest_number_is_free(members, reserved, free):
    identity = LEFT.identity
    roster = Roster([Member(number, identity, "/dev/video0") for number in members], reserved)
    assert roster.free_number() == free


def test_a_reserved_number_is_given_up():
    roster = Roster()
    roster.assign([LEFT, RIGHT])
    later = Roster(roster.members, reserved=range(1))
    assert later.assign([LEFT, RIGHT]) == {1: RIGHT, 2: LEFT}


class TestManyCameras:
    @pytest.fixture
    def crowd(self):
        return [node(number, f"s{number}", f"p{number}") for number in range(MOST)]

    @pytest.fixture
    def roster(self, crowd):
        roster = Roster()
        assert len(roster.assign(crowd)) == MOST
        return roster

    def test_one_too_many_is_left_out(self, roster, crowd, caplog):
        here = roster.assign([*crowd, node(99, "new")])
        assert len(here) == len(roster.members) == MOST
        assert "/dev/video99 is left out" in caplog.text

    def test_a_new_one_takes_the_number_of_who_was_away_the_longest(self, roster, crowd):
        roster.assign([each for each in crowd if each is not crowd[7]])
        roster.assign([each for each in crowd if each not in (crowd[7], crowd[2])])
        rest = [each for each in crowd if each not in (crowd[7], crowd[2])]
        new = node(99, "new")
        assert roster.assign([*rest, new])[7] is new
        newer = node(98, "newer")
        assert roster.assign([*rest, new, newer])[2] is newer
        assert len(roster.members) == MOST

    def test_too_many_members_are_cut(self, roster):
        assert len(Roster([*roster.members, *roster.members]).members) == MOST
