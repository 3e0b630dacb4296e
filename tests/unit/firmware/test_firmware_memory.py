"""What is remembered of an update."""

import pytest

from camerad.firmware.memory import Activating, Bundle, Idle, Installed, Installing, Memory, Ready

BUNDLE = Bundle("/data/firmware/a.raucb", "2.0", 1000)


def test_nothing_is_remembered_at_first(tmp_path):
    memory = Memory(tmp_path)
    assert (memory.state, memory.last) == (Idle(), None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "state",
    [
        Ready(BUNDLE),
        Installing(BUNDLE, "rootfs.1", 3),
        Installed("2.0", "rootfs.1", "boot"),
        Activating("2.0", "rootfs.1", "boot", 1, ["camera"]),
    ],
)
def test_a_state_outlives_the_process(tmp_path, state):
    Memory(tmp_path).enter(state)
    assert Memory(tmp_path).state == state


def test_how_it_ended_is_kept_through_what_follows(tmp_path):
    memory = Memory(tmp_path)
    memory.end(Idle(), "rolled_back", "2.0", "no camera")
    memory.enter(Ready(BUNDLE))
    last = Memory(tmp_path).last
    assert last is not None
    assert (last.result, last.version, last.reason) == ("rolled_back", "2.0", "no camera")


@pytest.mark.parametrize("damage", [b"", b"{", b'{"state": {"state": "flying"}}', b"\xff"])
def test_the_copy_is_read_where_the_file_is_damaged(tmp_path, damage):
    Memory(tmp_path).enter(Ready(BUNDLE))
    (tmp_path / "firmware.json").write_bytes(damage)
    assert Memory(tmp_path).state == Ready(BUNDLE)
