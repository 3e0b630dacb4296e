"""The standard library comes in pieces, too, and one that is missing shows only on the device."""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from bitbake_check.recipes import PREFIX

_REST = "misc"
"""What the recipe of Python leaves over when all other packages are filled."""
LATE = "camerad"
"""Imports within functions count too; in other packages those are of rare use."""


class StandardLibrary:
    def __init__(self, oe_core: Path) -> None:
        """As openembedded-core packs it."""
        manifest = oe_core / "meta/recipes-devtools/python/python3/python3-manifest.json"
        # Its head is a comment.
        text = "{" + manifest.read_text().partition("\n{")[2]
        self._packages: dict[str, dict[str, list[str]]] = json.loads(text)
        self._homes = {
            module_of(file): package
            for package, content in self._packages.items()
            for file in content["files"]
            if "${PYTHON_MAJMIN}/" in file
        }

    def lacking(self, tree: Path, rdepends: set[str]) -> dict[str, str]:
        """The pieces that ``tree`` imports and ``rdepends`` does not bring, and what wants each."""
        brought = self._closure({name.removeprefix(PREFIX) for name in rdepends} | {"core"})
        found: dict[str, str] = {}
        for source in sorted(tree.rglob("*.py")):
            name = source.relative_to(tree)
            for module in imported(source, late=LATE in name.parts):
                home = self._home(module)
                if home and home not in brought:
                    found.setdefault(PREFIX + home, f"{name} imports {module}")
        return found

    def _home(self, module: str) -> str | None:
        """None for what is built in, or no module of the standard library."""
        top, part = module.partition(".")[0], module
        while part and part not in self._homes:
            part = part.rpartition(".")[0]
        there = top in sys.stdlib_module_names and top not in sys.builtin_module_names
        return self._homes.get(part, _REST if there else None)

    def _closure(self, names: set[str]) -> set[str]:
        seen: set[str] = set()
        while names := names - seen:
            seen |= names
            content = (self._packages.get(name, {}) for name in names)
            names = {wanted for piece in content for wanted in piece.get("rdepends", [])}
        return seen


def module_of(file: str) -> str:
    """``${libdir}/python${PYTHON_MAJMIN}/json/tool.py`` is ``json.tool``."""
    path = file.partition("${PYTHON_MAJMIN}/")[2].removeprefix("lib-dynload/")
    return path.partition(".")[0].removesuffix("/__init__").replace("/", ".")


def imported(source: Path, *, late: bool) -> Iterator[str]:
    nodes: list[ast.AST] = [ast.parse(source.read_text(encoding="utf-8"))]
    for node in nodes:
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module, names, 0) if module:
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Try() if not late:
                continue
            case ast.If(test) if "TYPE_CHECKING" in ast.dump(test):
                nodes.extend(node.orelse)
                continue
        nodes.extend(ast.iter_child_nodes(node))
