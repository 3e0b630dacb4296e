"""What the recipes of the layer say, read as text: BitBake is needed for more."""

import re
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LAYER = CHECKOUT / "recipes" / "meta-camerad"
CAMERAD = LAYER / "recipes-camerad" / "camerad" / "camerad.inc"
SERIES = ("scarthgap", "wrynose")
PREFIX = "python3-"
_SHA256 = re.compile(r'^SRC_URI\[sha256sum\] = "([0-9a-f]{64})"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    version: str
    path: Path

    @property
    def series(self) -> str | None:
        """The one release that it is for; None if for all."""
        parts = self.path.relative_to(LAYER).parts
        return parts[1] if parts[0] == "series" else None

    @property
    def package(self) -> str:
        """As requirements.lock names it."""
        return self.name.removeprefix(PREFIX)

    @property
    def sha256(self) -> str:
        found = _SHA256.search(self.path.read_text())
        if found is None:
            raise ValueError(f"{self.path} has no sha256sum")
        return found[1]


def python_recipes() -> list[Recipe]:
    paths = sorted(LAYER.rglob(f"{PREFIX}*.bb"))
    return [Recipe(*path.stem.split("_", 1), path) for path in paths]


def words(path: Path, variable: str) -> set[str]:
    """All that one assignment to the variable lists."""
    assignment = rf'^{re.escape(variable)} \+?= "((?:[^"\\]|\\\n)*)"'
    found = re.search(assignment, path.read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"{path} does not set {variable}")
    return set(found[1].replace("\\\n", " ").split())
