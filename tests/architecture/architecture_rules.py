"""The rules that hold the source together, each as a function from a module to what breaks it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "camerad"

STREET = (
    {"errors", "clock"},
    {"capture", "events", "storage", "system"},
    {"frames", "accounts", "config"},
    {"imaging"},
    {"stream", "snapshot", "recording", "firmware", "onvif", "live_config", "live_state"},
    {"http", "cameras"},
    {"parts"},
    {"site"},
    {"daemon"},
    {"serve", "asgi"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""The packages and modules of camerad, ground first: each may import what lies below its own row,
and nothing of its row or above."""

RESERVED = {
    "sanic": {"http", "daemon", "serve", "asgi"},
    "mmap": {"capture"},
    # Devices and network interfaces take ioctls; storage only locks files with it.
    "fcntl": {"capture", "system", "storage"},
    "subprocess": {"system"},
    "dbus_fast": {"system"},
}
"""What is imported only in these parts."""

LONGEST_MODULE = 300

MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "OrderedDict"}


@dataclass(frozen=True)
class Module:
    """A source file under its dotted name within camerad: ``http.live``."""

    name: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def part(self) -> str:
        """The package or top-level module that it belongs to: ``http``."""
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[str]:
        """The dotted names that it imports, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules() -> list[Module]:
    """All of camerad but the package's own ``__init__``, which holds the version."""
    paths = [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if path.parent != SOURCE or path.stem != "__init__"
    ]
    return [Module(_dotted(path), path.read_text()) for path in paths]


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def has_no_place(module: Module) -> list[str]:
    return [] if _row(module.part) is not None else [f"{module.part} is in no row of STREET"]


def imports_upwards(module: Module) -> list[str]:
    own_row = _row(module.part)
    found = []
    for name in module.imports():
        package, _, rest = name.partition(".")
        part = rest.partition(".")[0]
        row = _row(part) if package == "camerad" and part != module.part else None
        if row is not None and own_row is not None and row >= own_row:
            found.append(f"imports {name}")
    return found


def _row(part: str) -> int | None:
    return next((row for row, parts in enumerate(STREET) if part in parts), None)


def imports_reserved(module: Module) -> list[str]:
    tops = {name.partition(".")[0] for name in module.imports()}
    return [
        f"imports {top}, which is for {', '.join(sorted(parts))}"
        for top, parts in RESERVED.items()
        if top in tops and module.part not in parts
    ]


def has_mutable_globals(module: Module) -> list[str]:
    """Names in capitals, ``__all__`` and what is marked Final are constants by consent."""
    found = [
        f"global {', '.join(n.names)}" for n in ast.walk(module.tree) if isinstance(n, ast.Global)
    ]
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            names = [ast.unparse(target) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and "Final" not in ast.unparse(node.annotation):
            names = [ast.unparse(node.target)]
        else:
            continue
        if _is_mutable(node.value):
            found += [name for name in names if not name.isupper() and name != "__all__"]
    return found


def _is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in MUTABLE_CALLS
    return isinstance(value, MUTABLE)


def lacks_docstring(module: Module) -> list[str]:
    return [] if ast.get_docstring(module.tree) else ["has no docstring"]


def is_too_long(module: Module) -> list[str]:
    lines = module.source.count("\n")
    return [] if lines <= LONGEST_MODULE else [f"has {lines} lines"]
