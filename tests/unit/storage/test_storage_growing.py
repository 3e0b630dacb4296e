"""Files that are visible while they grow."""

import os

import pytest

from camerad.errors import FileExists, InsufficientStorage, RecordingInProgress
from camerad.storage.tree import Tree


@pytest.fixture
def tree(tmp_path):
    return Tree({"/media/data": tmp_path}, 0)


def test_it_is_there_at_once_and_grows(tree, tmp_path):
    file = tree.grow("films/a.avi", b"head")
    assert (tmp_path / "films" / "a.avi").read_bytes() == b"head"
    os.pwrite(file.descriptor, b"more", 4)
    assert (tmp_path / "films" / "a.avi").read_bytes() == b"headmore"
    assert str(file.path) == "/media/data/films/a.avi"
    assert file.free_bytes() > 0
    file.close()
    file.close()


def test_it_is_protected_until_it_is_closed(tree):
    file = tree.grow("a.avi", b"head")
    for refused in (
        lambda: tree.delete("a.avi"),
        lambda: tree.write("a.avi", b"", overwrite=True),
    ):
        with pytest.raises(RecordingInProgress):
            refused()
    assert tree.open_abandoned("a.avi") is None
    file.close()
    tree.delete("a.avi")


def test_what_was_abandoned_is_opened_and_protected_again(tree, tmp_path):
    (tmp_path / "a.avi").write_bytes(b"old")
    file = tree.open_abandoned("a.avi")
    assert os.pread(file.descriptor, 3, 0) == b"old"
    assert tree.open_abandoned("a.avi") is None
    with pytest.raises(RecordingInProgress):
        tree.delete("a.avi")
    file.close()


def test_a_refusal_leaves_nothing(tree, tmp_path):
    (tmp_path / "a.avi").write_bytes(b"mine")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(FileExists):
        tree.grow("a.avi", b"head")
    tree.reserve_bytes = 1 << 60
    with pytest.raises(InsufficientStorage):
        tree.grow("b.avi", b"head")
    assert os.listdir(tmp_path) == ["a.avi"]
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_fifo_is_no_film(tree, tmp_path):
    os.mkfifo(tmp_path / "a.avi")
    assert tree.open_abandoned("a.avi") is None
