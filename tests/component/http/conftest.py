"""Daemons for all tests of a module that change nothing about them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon_process import DaemonProcess

UNLIMITED = "[limits]\nenabled = false\n"


@pytest.fixture(scope="module")
def serving(
    tmp_path_factory: pytest.TempPathFactory, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[Callable[..., DaemonProcess]]:
    """`serving(*args, toml="...")` starts a daemon without rate limits, unless ``toml`` has others,
    for the rest of the module.
    """
    template, tokens = prepared_state
    started: list[DaemonProcess] = []

    def serve(*args: str, toml: str = UNLIMITED) -> DaemonProcess:
        folder = tmp_path_factory.mktemp("serving")
        shutil.copytree(template, folder / "state")
        config = folder / "camerad.toml"
        config.write_text(toml)
        started.append(DaemonProcess(folder / "state", tokens))
        return started[-1].start("--config", str(config), *args)

    yield serve
    for process in started:
        assert (process.stop(), process.leaks()) == (0, []), process.log()


@pytest.fixture(scope="module")
def served(serving: Callable[..., DaemonProcess]) -> DaemonProcess:
    """One whose cameras are a small pattern and a node that is absent."""
    return serving("--camera", "pattern:320x240@30", "--camera", "/dev/video99")
