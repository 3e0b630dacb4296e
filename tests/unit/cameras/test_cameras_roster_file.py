"""The numbers over a restart."""

import pytest

from camerad.cameras.roster import Member
from camerad.cameras.roster_file import RosterFile
from camerad.capture.identity import Identity

MEMBERS = [
    Member(1, Identity("046d:0825", "A1", "p1", "00.0"), "/dev/video0", "Webcam"),
    Member(0, Identity("vivid", "", "p2", ".0"), "/dev/video4", ""),
]


def test_what_is_written_is_read(tmp_path, caplog):
    assert RosterFile(tmp_path).read() == []
    RosterFile(tmp_path).write(MEMBERS)
    assert RosterFile(tmp_path).read() == MEMBERS
    assert caplog.messages == []


DAMAGED = {
    "cut": b'[{"id":',
    "empty": b"",
    "another type": b'{"cameras": 3}',
    "a number out of range": b'[{"id": -1, "identity": {}, "device": ""}]',
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_cannot_be_read_is_forgotten(tmp_path, caplog, data):
    (tmp_path / "cameras.json").write_bytes(data)
    assert RosterFile(tmp_path).read() == []
    assert "cameras.json cannot be read" in caplog.text


def test_two_of_one_number_are_forgotten(tmp_path, caplog):
    RosterFile(tmp_path).write([MEMBERS[0], MEMBERS[0]])
    assert RosterFile(tmp_path).read() == []
    assert "one number" in caplog.text


def test_the_last_good_copy_helps(tmp_path):
    RosterFile(tmp_path).write(MEMBERS)
    (tmp_path / "cameras.json").write_bytes(b"rubbish")
    assert RosterFile(tmp_path).read() == MEMBERS


def test_a_state_that_cannot_be_written_costs_only_the_numbers(tmp_path, caplog):
    RosterFile(tmp_path / "missing").write(MEMBERS)
    assert "cannot be kept" in caplog.text
