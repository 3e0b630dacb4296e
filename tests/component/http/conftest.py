"""One daemon for all tests of a module that change nothing about it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon_process import DaemonProcess

UNLIMITED = "[limits]\nenabled = false\n"


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[DaemonProcess]:
    """A daemon without rate limits, whose cameras are a small pattern and a node that is absent."""
    template, tokens = prepared_state
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(template, folder / "state")
    config = folder / "camerad.toml"
    config.write_text(UNLIMITED)
    process = DaemonProcess(folder / "state", tokens)
    process.start(
        *("--config", str(config)),
        *("--camera", "pattern:320x240@30", "--camera", "/dev/video99"),
    )
    yield process
    assert (process.stop(), process.leaks()) == (0, []), process.log()
