"""The tree on file systems of its own: full ones, small ones, several; and under attack."""

import contextlib
import os
import shutil
import subprocess
import threading

import pytest

from camerad.config.load import load
from camerad.errors import CameradError, FileExists, InsufficientStorage
from camerad.storage.beneath import best_opener, open_by_steps
from camerad.storage.tree import Tree

MIB = 1 << 20


@pytest.fixture
def mount(tmp_path):
    """`mount(size)` gives a new tmpfs."""
    mounted = []

    def make(size):
        path = tmp_path / f"tmpfs-{len(mounted)}"
        path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            pytest.skip(f"cannot mount a tmpfs: {result.stderr.strip()}")
        mounted.append(path)
        return path

    yield make
    for path in mounted:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(tree):
    """Write until it ends; gives the least space that was left."""
    least = tree.usage().free
    with tree.create("big") as writer:
        try:
            while True:
                writer.write(b"x" * 65_536)
                least = min(least, tree.usage().free)
        except InsufficientStorage:
            return least


def test_a_full_file_system_leaves_nothing(mount):
    real = mount(4 * MIB)
    tree = Tree({"/media/data": real}, 0)
    tree.write("before", b"x" * MIB)
    assert fill(tree) < 65_536
    assert os.listdir(real) == ["before"]
    tree.write("after", b"x" * MIB)


def test_the_reserve_holds(mount):
    tree = Tree({"/media/data": mount(8 * MIB)}, 2 * MIB)
    assert 2 * MIB <= fill(tree) < 2 * MIB + 65_536


def test_a_full_state_directory_keeps_its_configuration(mount):
    state_dir = mount(MIB)
    store = load(state_dir)
    store.merge("camera", {"active": 1})
    with pytest.raises(OSError, match="No space"):
        (state_dir / "filler").write_bytes(b"x" * MIB)
    with pytest.raises(InsufficientStorage):
        store.merge("camera", {"active": 2})
    assert store.current.camera.active == 1
    assert load(state_dir).current.camera.active == 1


def test_a_card_inside_a_root_gets_a_copy(mount, tmp_path):
    root = tmp_path / "media"
    root.mkdir()
    card = mount(4 * MIB)
    (root / "card").mkdir()
    subprocess.run(["mount", "--bind", str(card), str(root / "card")], check=True)
    try:
        tree = Tree({"/media/data": root}, 0)
        tree.write("card/x", b"x" * MIB)
        with pytest.raises(FileExists), tree.stage() as writer:
            tree.aim(writer, "card/x")
        with pytest.raises(InsufficientStorage):
            tree.write("card/y", b"x" * (4 * MIB))
        assert os.listdir(card) == ["x"]
        assert os.listdir(root) == ["card"]
    finally:
        subprocess.run(["umount", "-l", str(root / "card")], check=True)


def test_ten_thousand_entries(mount):
    real = mount(64 * MIB)
    (real / "many").mkdir()
    for number in range(10_000):
        os.close(os.open(real / "many" / f"{number}.jpg", os.O_CREAT | os.O_WRONLY))
    tree = Tree({"/media/data": real}, 0)
    assert tree.listing("many").file_count == 10_000
    assert tree.listing("/media/data", recursive=True, suffix="jpg").file_count == 10_000
    tree.delete("many", recursive=True)


def test_a_tree_deeper_than_recursion_and_descriptors_go_is_deleted(mount):
    real = mount(64 * MIB)
    tree = Tree({"/media/data": real}, 0)
    directory = os.open(real, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=directory)
        below = os.open("d", os.O_RDONLY, dir_fd=directory)
        os.close(directory)
        directory = below
    os.close(directory)
    tree.delete("d", recursive=True)
    assert os.listdir(real) == []


@pytest.mark.parametrize("opener", [best_opener(), open_by_steps])
def test_links_swapped_in_at_random_lead_nowhere(mount, opener):
    """A directory turns into a link to a precious one and back, all the while it is deleted."""
    base = mount(64 * MIB)
    precious, root = base / "precious", base / "root"
    precious.mkdir()
    root.mkdir()
    (precious / "x").write_bytes(b"")
    tree = Tree({"/media/data": root}, 0, opener)
    stop, swaps = threading.Event(), []

    def attack():
        victim, aside = root / "top" / "victim", root / "aside"
        while not stop.is_set():
            with contextlib.suppress(OSError):
                victim.rename(aside)
                victim.symlink_to(precious)
                victim.unlink()
                aside.rename(victim)
                swaps.append(1)
            shutil.rmtree(aside, ignore_errors=True)

    attacker = threading.Thread(target=attack)
    attacker.start()
    try:
        for _ in range(500):
            (root / "new" / "victim" / "below").mkdir(parents=True, exist_ok=True)
            (root / "new" / "victim" / "x").write_bytes(b"")
            with contextlib.suppress(OSError):
                (root / "new").rename(root / "top")
            with contextlib.suppress(CameradError):
                tree.delete("top", recursive=True)
    finally:
        stop.set()
        attacker.join()
    assert swaps
    assert os.listdir(precious) == ["x"]
