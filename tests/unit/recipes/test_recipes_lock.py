"""Recipes and requirements.lock are one truth."""

import pytest
from bitbake_check import locked, provided
from bitbake_check.recipes import CAMERAD, PREFIX, SERIES, Recipe, python_recipes, words

RECIPES = python_recipes()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.path.name)
def test_recipe_is_of_the_locked_version(recipe: Recipe) -> None:
    pin = locked.pins()[recipe.package]
    assert recipe.version == pin.version
    assert recipe.sha256 in pin.sha256


def test_every_locked_package_has_its_place() -> None:
    ours = {recipe.package for recipe in RECIPES if recipe.series is None}
    places = [ours, provided.provided(), provided.left_out()]
    assert sorted(name for place in places for name in place) == sorted(locked.pins())


def test_what_only_one_release_needs_is_provided_by_another() -> None:
    of_series = {recipe.package for recipe in RECIPES if recipe.series}
    assert {recipe.series for recipe in RECIPES} <= {None, *SERIES}
    assert of_series <= provided.provided()


def test_camerad_depends_on_all_that_it_demands() -> None:
    wanted = {PREFIX + name for name in locked.requirements()}
    assert wanted <= words(CAMERAD, "RDEPENDS:${PN}")
