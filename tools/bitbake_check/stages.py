"""The checks, cheapest first. Each prints what came of it, or raises."""

from pathlib import Path

from bitbake_check import listing, provided, sources
from bitbake_check.build import Build, Failed, Outcome, write_if_new
from bitbake_check.checkouts import Checkouts, Unusable
from bitbake_check.hosttools import PROFILE, HostTools
from bitbake_check.imports import StandardLibrary
from bitbake_check.recipes import (
    CAMERAD,
    LAYER,
    SERIES,
    Recipe,
    python_recipes,
    words,
)
from bitbake_check.workplace import head, keys, locales

COMPILED = frozenset({"python3-msgspec", "python3-uvloop", "python3-websockets"})
"""Of these only sources and licences can be checked without a compiler for the target."""
OTHERS = (
    "camerad:do_package_qa",
    "camerad-boot:do_deploy",
    "packagegroup-camerad:do_package_qa",
    "packagegroup-camerad-update:do_package_qa",
    "rauc-conf:do_package_qa",
)


class Check:
    def __init__(self, checkouts: Checkouts, cache: Path, machine: str) -> None:
        self._checkouts = checkouts
        self._series = checkouts.series
        if self._series not in SERIES:
            raise Unusable(f"the layer is for {' and '.join(SERIES)}, not for {self._series}")
        self._cache = cache
        self._folder = cache / self._series
        self._machine = machine
        self._recipes = [
            recipe for recipe in python_recipes() if recipe.series in {None, self._series}
        ]

    def versions(self) -> None:
        faults = provided.lacking(self._checkouts, self._recipes)
        faults += provided.needless(self._checkouts, self._recipes)
        if faults:
            raise Failed("\n".join([f"what {self._series} has does not suit:", *faults]))
        say(f"{self._series}: it has all that the layer counts on")

    def packages(self) -> None:
        """What can be built without a tool chain is built, from the commit that is checked out."""
        sources.download(self._recipes, self._cache / "downloads")
        tools = HostTools(self._folder / "hosttools")
        tools.install(self._checkouts)
        build = self._build("packages", tools.folder)
        local = [*self._local(), *tools.add_to(build.folder), self._mask()]
        build.configure(local, self._layers(), recipes=f"{PROFILE}/*.bb {build.folder}/*.bbappend")
        # Not in local.conf: all would be parsed anew for each commit.
        write_if_new(build.folder / "camerad_%.bbappend", f'SRCREV = "{head()}"\n')
        outcome = build.bitbake("packages", *self._targets())
        self._report(f"packages of {head()[:12]}", outcome)
        for recipe in ("camerad", "rauc-conf", *(recipe.name for recipe in self._recipes)):
            for line in listing.of(build.folder, recipe):
                say(f"  {line}")
        self._check_imports(build.folder)

    def image(self) -> None:
        build = self._build("image")
        build.configure(self._local(), self._layers())
        # All tasks are resolved. Those behind do_fetch, 7000, would take long to do nothing.
        targets = ("camerad-image", "camerad-bundle")
        outcome = build.bitbake("image", "--dry-run", "--runonly=do_fetch", *targets)
        self._report("image and bundle, dry run", outcome)

    def layer(self) -> None:
        build = self._build("layer")
        build.configure([f'MACHINE = "{self._machine}"'], self._checkouts.layers()[:1])
        self._report("yocto-check-layer", build.check_layer())

    def _check_imports(self, build: Path) -> None:
        library = StandardLibrary(self._checkouts.oe_core)
        paths = {recipe.name: recipe.path for recipe in self._recipes}
        faults = [
            f"{name} lacks {piece}: {why}"
            for name, path in (*paths.items(), ("camerad", CAMERAD))
            for tree in listing.split_packages(build, name)
            if tree.name == name
            for piece, why in library.lacking(tree, words(path, "RDEPENDS:${PN}")).items()
        ]
        if faults:
            raise Failed("\n".join(["RDEPENDS is not complete:", *faults]))
        say(f"{self._series}: RDEPENDS has each piece of the standard library that is imported")

    def _targets(self) -> list[str]:
        return [*OTHERS, *(f"{recipe.name}:{last_task(recipe)}" for recipe in self._recipes)]

    def _build(self, name: str, programs: Path | None = None) -> Build:
        return Build(self._folder / name, self._checkouts, locales(self._cache), programs)

    def _layers(self) -> list[Path]:
        return [*self._checkouts.layers(), LAYER]

    def _mask(self) -> str:
        """All but our own recipes, and the one that we append to."""
        upstream = [*self._checkouts.layers()[:3], self._checkouts.meta_rauc / "recipes-(?!core)"]
        upstream += [self._checkouts.meta_rauc / "recipes-core/(?!rauc/rauc-conf)"]
        return f'BBMASK = "{" ".join(map(str, upstream))}"'

    def _local(self) -> list[str]:
        return [
            f'MACHINE = "{self._machine}"',
            "require conf/camerad-device.conf",
            f'CAMERAD_KEYS = "{keys(self._cache)}"',
            f'DL_DIR = "{self._cache}/downloads"',
        ]

    def _report(self, what: str, outcome: Outcome) -> None:
        say(f"{self._series}: {what}: {outcome.summary}; {len(outcome.warnings)} warnings")
        for warning in outcome.warnings:
            say(f"  {warning}")


def last_task(recipe: Recipe) -> str:
    return "do_populate_lic" if recipe.name in COMPILED else "do_package_qa"


def say(line: str) -> None:
    print(line, flush=True)
