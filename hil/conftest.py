import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from labgrid import Target

from camerad_service import CameradService
from device import Device
from drivers import ARTEFACTS, CHECKOUT, QemuMachine
from known_pictures import known_pictures
from strategy import DeviceStrategy
from tables import Table, write_readme
from uvc_cameras import UvcCameras
from vivid import Vivid

PLACES = Path(__file__).parent / "places"
DEFAULT_PLACE = PLACES / "qemu-x86-64.yaml"
PLUGS = (
    *("driver", "cycles", "to a new picture: median", "most"),
    *("held after the second cycle", "held after the last"),
)
PLUGS_TIMEOUT_S, PLUG_TIMEOUT_S = 180, 15
"""Of a test that plugs, and for each time that it does."""
FAULTS = ("driver", "fault", "camerad says", "camerad does", "no picture for")
FOUND = pytest.StashKey[list[Table]]()
"""The tables of this run, for its summary."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("camerad")
    often = int(os.environ.get("CAMERAD_PLUGS", "10"))
    group.addoption("--plugs", type=int, default=often, help="unplug each camera so often")
    group.addoption("--write-readme", action="store_true", help="put the tables into README.md")


def pytest_configure(config: pytest.Config) -> None:
    """Without a place named, the tests run where CI runs them."""
    named = config.option.lg_env or os.environ.get("LG_ENV")
    config.option.lg_env = named or str(DEFAULT_PLACE)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A long run may take long."""
    limit = pytest.mark.timeout(PLUGS_TIMEOUT_S + PLUG_TIMEOUT_S * config.option.plugs)
    for item in items:
        if "plugs" in getattr(item, "fixturenames", ()):
            item.add_marker(limit)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for table in config.stash.get(FOUND, []):
        terminalreporter.write_line(f"\n{table.markdown()}")


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Kept after the run, for a person to look at."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS


@pytest.fixture(scope="session")
def plugs(request: pytest.FixtureRequest) -> int:
    """How often each kind of camera is unplugged and plugged in again."""
    number: int = request.config.option.plugs
    return number


@pytest.fixture(scope="session")
def tables(request: pytest.FixtureRequest, artefacts: Path) -> Iterator[dict[str, Table]]:
    found = {
        "plugs": Table("Unplugged and plugged in again, with five viewers and a recording:", PLUGS),
        "faults": Table("Injected faults, all while somebody looks:", FAULTS),
    }
    yield found
    filled = request.config.stash[FOUND] = [table for table in found.values() if table.rows]
    (artefacts / "tables.md").write_text("\n".join(table.markdown() for table in filled))
    if request.config.option.write_readme:
        write_readme(CHECKOUT / "README.md", filled)


@pytest.fixture(scope="session")
def plug_table(tables: dict[str, Table]) -> Table:
    return tables["plugs"]


@pytest.fixture(scope="session")
def fault_table(tables: dict[str, Table]) -> Table:
    return tables["faults"]


@pytest.fixture(scope="session")
def arch(target: Target) -> str:
    """The processor of the place, for tests that start machines of their own."""
    machine: QemuMachine = target.get_driver(QemuMachine, activate=False)
    return machine.arch


@pytest.fixture(scope="session")
def guest(strategy: DeviceStrategy) -> Iterator[Device]:
    """The device of the place, one boot for all tests: that takes half a minute and more."""
    try:
        strategy.transition("booted")
        yield strategy.device
    finally:
        strategy.transition("off")


@pytest.fixture(scope="session")
def vivid(guest: Device) -> Vivid:
    return Vivid(guest.ssh)


@pytest.fixture(scope="session")
def usb_cameras(guest: Device) -> Iterator[UvcCameras]:
    """None is made or plugged in yet."""
    cameras = UvcCameras(guest.ssh, known_pictures())
    yield cameras
    cameras.close()


@pytest.fixture(scope="session")
def camerad(guest: Device, strategy: DeviceStrategy, artefacts: Path) -> Iterator[CameradService]:
    """The unit of the device. After all tests, its journal is searched for what none expects."""
    strategy.transition("service_up")
    service = CameradService(guest)
    yield service
    journal = service.journal()
    (artefacts / "journal.log").write_text(journal)
    unwanted = ("Traceback", *service.secrets())
    assert [words for words in unwanted if words in journal] == [], journal
    assert journal.count("Scheduled restart job") == service.expected_restarts, journal
