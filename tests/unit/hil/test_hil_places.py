"""The files that describe places; the template of a board is tried by nobody else."""

import importlib
from pathlib import Path

import pytest
from labgrid.config import Config
from labgrid.environment import Environment
from labgrid.factory import target_factory

PLACES = sorted((Path(__file__).parents[3] / "hil" / "places").glob("*.yaml"))
FEATURES = {"camera", "usb", "power", "ota"}


@pytest.mark.parametrize("place", PLACES, ids=lambda path: path.stem)
def test_everything_that_a_place_names_is_known(place: Path) -> None:
    target = Environment(str(place)).config.get_targets()["main"]
    assert set(target["features"]) <= FEATURES
    for kind in ("resources", "drivers"):
        for name, options in target.get(kind, {}).items():
            known = {field.name for field in target_factory.class_from_string(name).__attrs_attrs__}
            assert set(options) <= {*known, "name"}


@pytest.mark.parametrize("arch", ["x86-64", "arm64"])
def test_a_virtual_machine_is_off_until_it_is_switched_on(arch: str) -> None:
    place = next(path for path in PLACES if path.stem == f"qemu-{arch}")
    target = Environment(str(place)).get_target()
    strategy = target.get_driver("DeviceStrategy", activate=False)
    assert strategy.device.arch == arch
    assert arch in importlib.import_module("machines").MACHINES
    strategy.transition("off")
    with pytest.raises(AssertionError, match="the machine is off"):
        _ = strategy.device.url


def test_a_place_names_the_modules_that_labgrid_loads() -> None:
    assert [Config(str(place)).get_imports() for place in PLACES] == [
        ["drivers", "strategy"] for _ in PLACES
    ]
