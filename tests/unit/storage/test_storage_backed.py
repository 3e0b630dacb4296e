import pytest

from camerad.storage.backed import BackedFile


def parse_number(data):
    return int(data)


@pytest.fixture
def backed(tmp_path):
    return BackedFile(tmp_path / "state.json")


def test_nothing_written_yet_is_no_fault(backed):
    loaded = backed.read(parse_number)
    assert (loaded.value, loaded.warning) == (None, None)


def test_what_was_written_is_read(backed):
    backed.write(b"1")
    backed.write(b"2")
    loaded = backed.read(parse_number)
    assert (loaded.value, loaded.warning) == (2, None)


@pytest.mark.parametrize("damage", [b"", b"\x00\x00\x00", None], ids=["empty", "zeros", "gone"])
def test_copy_stands_in(backed, damage):
    backed.write(b"7")
    if damage is None:
        backed.path.unlink()
    else:
        backed.path.write_bytes(damage)
    loaded = backed.read(parse_number)
    assert loaded.value == 7
    assert "state.json cannot be read" in loaded.warning
    assert str(backed.path.parent) not in loaded.warning


def test_both_lost(backed):
    backed.write(b"7")
    backed.path.write_bytes(b"?")
    backed.copy_path.write_bytes(b"?")
    loaded = backed.read(parse_number)
    assert loaded.value is None
    assert "nor can its copy" in loaded.warning


def test_damaged_without_a_copy(backed):
    backed.path.write_bytes(b"?")
    loaded = backed.read(parse_number)
    assert loaded.value is None
    assert "no copy" in loaded.warning


def test_failed_write_leaves_the_file(backed):
    backed.write(b"1")
    backed.copy_path.unlink()
    backed.copy_path.mkdir()
    with pytest.raises(OSError, match="directory"):
        backed.write(b"2")
    assert backed.read(parse_number).value == 1
