"""The tables that a run leaves."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def tables() -> ModuleType:
    return importlib.import_module("tables")


def test_a_cell_keeps_to_its_line(tables):
    table = tables.Table("Found:", ("a", "b"), [("one\ntwo", "x | y")])
    assert table.markdown() == "Found:\n\n| a | b |\n| --- | --- |\n| one two | x \\| y |\n"


def test_only_what_is_between_the_markers_is_written_anew(tables, tmp_path: Path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n")
    tables.write_readme(readme, [tables.Table("Found:", ("a",), [("1",)])])
    text = readme.read_text()
    assert text.startswith(f"before\n{tables.BEGIN}\nFound:")
    assert text.endswith(f"| 1 |\n{tables.END}\nafter\n")
    assert "old" not in text


def test_a_readme_without_markers_is_left_alone(tables, tmp_path: Path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n")
    with pytest.raises(ValueError, match="has no <!-- hil:begin -->"):
        tables.write_readme(readme, [])
    assert readme.read_text() == "before\n"
