"""What the boot units have noted."""

import pytest

from camerad.firmware.notes import MAX_REASON, BootNotes


def test_a_slot_is_proven_once_it_was_healthy(tmp_path):
    notes = BootNotes(tmp_path)
    assert not notes.proven("A")
    (tmp_path / "proven-A").touch()
    assert notes.proven("A")
    assert not notes.proven("B")


def test_where_nobody_takes_notes_every_slot_is_proven(tmp_path):
    assert BootNotes(tmp_path / "nothing").proven("A")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"Slot B: no camera\nlog\n", "Slot B: no camera"),
        (b"x" * 1000, "x" * MAX_REASON),
        (b"\xff\n", "\N{REPLACEMENT CHARACTER}"),
        (b"\n", None),
        (b"", None),
    ],
)
def test_a_failure_is_told_by_its_first_line(tmp_path, text, reason):
    (tmp_path / "last-failure").write_bytes(text)
    assert BootNotes(tmp_path).failure() == reason


def test_there_was_no_failure(tmp_path):
    assert BootNotes(tmp_path).failure() is None
