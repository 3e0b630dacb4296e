"""What the rules let stay."""

import os

import pytest

from camerad.config.schema import Config, Recording
from camerad.recording.retention import DAY_S, Kept, enforce, expired
from camerad.storage.tree import Tree

NOW_S = 1_000_000_000.0


def kept(*ages_days, size=100):
    return [Kept(f"{age}", size, NOW_S - age * DAY_S) for age in ages_days]


@pytest.mark.parametrize(
    ("most_bytes", "most_days", "gone"),
    [
        (None, None, []),
        (None, 5, ["9", "6"]),
        (300, None, ["9"]),
        (299, None, ["9", "6"]),
        (50, None, ["9", "6", "3", "1"]),
        (300, 5, ["9", "6"]),
        (150, 5, ["9", "6", "3"]),
        (1000, 100, []),
    ],
)
def test_the_oldest_go_first(most_bytes, most_days, gone):
    found = expired(kept(3, 9, 1, 6), most_bytes, most_days, NOW_S)
    assert [each.path for each in found] == gone


@pytest.fixture
def tree(tmp_path):
    tree = Tree({"/media/data": tmp_path}, 0)
    for age, name in enumerate(
        ["recordings/new.avi", "snapshots/s.jpg", "recordings/mid.avi", "recordings/old.avi"]
    ):
        tree.write(name, b"x" * 100)
        os.utime(tmp_path / name, (NOW_S - age * DAY_S,) * 2)
    tree.write("recordings/notes.txt", b"x" * 1000)
    return tree


def names(tmp_path):
    return {path.name for path in tmp_path.rglob("*") if path.is_file()}


def test_nothing_goes_without_a_rule(tree, tmp_path):
    assert enforce(tree, Config(), NOW_S + 1e9) == []
    assert len(names(tmp_path)) == 5


def test_films_and_snapshots_go_and_nothing_else(tree, tmp_path):
    config = Config(recording=Recording(retention_days=0.5))
    assert len(enforce(tree, config, NOW_S)) == 3
    assert names(tmp_path) == {"new.avi", "notes.txt"}


def test_what_is_being_recorded_stays(tree, tmp_path):
    config = Config(recording=Recording(retention_bytes=1))
    release = tree.protect("recordings/old.avi")
    enforce(tree, config, NOW_S)
    release()
    assert names(tmp_path) == {"old.avi", "notes.txt"}


def test_no_directory_is_no_fault(tmp_path):
    tree = Tree({"/media/data": tmp_path}, 0)
    assert enforce(tree, Config(recording=Recording(retention_days=1)), NOW_S) == []
