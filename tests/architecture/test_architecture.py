"""The rules hold for all of camerad, and each rule sees what it is there for."""

from collections.abc import Callable

import architecture_rules as rules
import pytest
from architecture_rules import Module

RULES = [
    rules.has_no_place,
    rules.imports_upwards,
    rules.imports_reserved,
    rules.has_mutable_globals,
    rules.lacks_docstring,
    rules.is_too_long,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds_for_every_module(rule: Callable[[Module], list[str]]) -> None:
    modules = rules.modules()
    assert len(modules) > 20
    assert [f"{module.name}: {fault}" for module in modules for fault in rule(module)] == []


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (rules.has_no_place, "utils.strings", ""),
        (rules.imports_upwards, "capture.v4l2", "import camerad.frames.feed"),
        (rules.imports_upwards, "capture.v4l2", "from camerad.frames.picture import Planes"),
        (rules.imports_upwards, "imaging.jpeg", "def f():\n    from camerad import http"),
        (rules.imports_upwards, "stream.part", "from camerad.snapshot import snapshots"),
        (rules.imports_upwards, "errors", "import camerad.clock"),
        (rules.imports_reserved, "stream.part", "from sanic import Request"),
        (rules.imports_reserved, "storage.tree", "import mmap"),
        (rules.imports_reserved, "http.live", "import fcntl"),
        (rules.imports_reserved, "capture.v4l2", "import subprocess"),
        (rules.has_mutable_globals, "http.live", "clients = []"),
        (rules.has_mutable_globals, "http.live", "clients: dict[str, int] = {}"),
        (rules.has_mutable_globals, "http.live", "from collections import deque\nseen = deque()"),
        (rules.has_mutable_globals, "http.live", "def f():\n    global count"),
        (rules.lacks_docstring, "http.live", "X = 1"),
        (rules.is_too_long, "http.live", "\n" * 301),
    ],
)
def test_rule_sees_a_planted_fault(
    rule: Callable[[Module], list[str]], name: str, source: str
) -> None:
    assert len(rule(Module(name, source))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("http.live", "from camerad.stream import part\nfrom camerad import __version__"),
        ("http.live", "from camerad.http.gate import Gate\nimport sanic"),
        ("capture.v4l2", "import fcntl\nimport mmap"),
        ("http.live", "HEADERS: Final = {}\nNAMES = []\nlimit = 3"),
    ],
)
def test_rules_let_the_usual_pass(name: str, source: str) -> None:
    module = Module(name, f'"""A module."""\n{source}')
    assert [fault for rule in RULES for fault in rule(module)] == []
