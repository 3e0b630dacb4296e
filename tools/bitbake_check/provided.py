"""Whether the release has what the layer counts on."""

import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

from bitbake_check.checkouts import Checkouts
from bitbake_check.locked import requirements
from bitbake_check.recipes import PREFIX, Recipe

_ELSEWHERE = Path(__file__).parent / "elsewhere.toml"


def provided() -> set[str]:
    return set(tomllib.loads(_ELSEWHERE.read_text())["provided"])


def left_out() -> set[str]:
    return set(tomllib.loads(_ELSEWHERE.read_text())["left_out"])


def lacking(checkouts: Checkouts, ours: list[Recipe]) -> list[str]:
    """What neither the release nor the layer has, in a version that pyproject.toml allows."""
    recipes = {recipe.package for recipe in ours}
    return [
        f"{package} {_wanted(package)}: the release has {checkouts.versions(PREFIX + package)}"
        for package in sorted(provided() - recipes)
        if not _suits(checkouts, package)
    ]


def needless(checkouts: Checkouts, ours: list[Recipe]) -> list[str]:
    """Recipes for one release that has as good a one itself."""
    return [
        f"{recipe.path.name}: the release has {checkouts.versions(recipe.name)}"
        for recipe in ours
        if recipe.series and _suits(checkouts, recipe.package)
    ]


def _suits(checkouts: Checkouts, package: str) -> bool:
    return any(map(_wanted(package).contains, checkouts.versions(PREFIX + package)))


def _wanted(package: str) -> SpecifierSet:
    return SpecifierSet(requirements().get(package, ""))
