"""An image that is not made anew when it should be tests yesterday's code."""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parents[3] / "tools"


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(TOOLS)
    return importlib.import_module("device_image.cache")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.py").write_text("1")
    (source / "b.py").symlink_to("a.py")
    return source


@pytest.mark.parametrize(
    "change",
    [
        lambda source: (source / "a.py").write_text("2"),
        lambda source: (source / "a.py").chmod(0o755),
        lambda source: (source / "a.py").rename(source / "c.py"),
        lambda source: (source / "c.py").write_text(""),
        lambda source: (source / "c").symlink_to("/dev/null"),
        lambda source: os.replace((source / "b.py").rename(source / "b"), source / "a.py"),
    ],
    ids=["content", "mode", "name", "new file", "new link", "file to link"],
)
def test_every_change_gives_another_digest(
    cache: ModuleType, source: Path, change: Callable[[Path], object]
) -> None:
    before = cache.digest([source], seed="")
    change(source)
    assert cache.digest([source], seed="") != before


def test_the_stage_before_gives_another_digest(cache: ModuleType, source: Path) -> None:
    assert cache.digest([source], seed="a") != cache.digest([source], seed="b")


@pytest.mark.parametrize("left_over", ["__pycache__/a.pyc", "camerad.egg-info/PKG-INFO"])
def test_what_tools_leave_does_not_count(cache: ModuleType, source: Path, left_over: str) -> None:
    before = cache.digest([source], seed="")
    (source / left_over).parent.mkdir()
    (source / left_over).write_text("x")
    assert cache.digest([source], seed="") == before


def test_the_umask_of_the_checkout_does_not_count(cache: ModuleType, source: Path) -> None:
    before = cache.digest([source], seed="")
    (source / "a.py").chmod(0o664)
    assert cache.digest([source], seed="") == before


@pytest.fixture
def trees(cache: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache.Cache("test-root")


def test_a_tree_is_made_once(trees) -> None:
    made = trees.tree("system", "1", Path.mkdir)
    assert trees.tree("system", "1", Path.mkdir) == made


def test_a_tree_that_was_not_finished_is_made_anew(trees) -> None:
    def fail(tree: Path) -> None:
        (tree / "half").mkdir(parents=True)
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError, match="cut off"):
        trees.tree("system", "1", fail)
    assert list(trees.tree("system", "1", Path.mkdir).iterdir()) == []


def test_the_trees_used_last_are_kept(trees) -> None:
    for clock, key in enumerate("abac"):
        os.utime(trees.tree("system", key, Path.mkdir), (clock, clock))
    assert sorted(path.name for path in trees.path.glob("system-*")) == ["system-a", "system-c"]
