"""A daemon for the clients of a module."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon_process import DaemonProcess, free_port


@pytest.fixture(scope="module")
def process(
    tmp_path_factory: pytest.TempPathFactory, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[DaemonProcess]:
    """One that serves on both ports, without rate limits; its second camera is not there."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copytree(prepared_state[0], folder / "state")
    config = folder / "camerad.toml"
    config.write_text("[limits]\nenabled = false\n[logging]\nlevel = 'debug'\n")
    process = DaemonProcess(folder / "state", prepared_state[1])
    port = free_port()
    process.https_port = port
    options = ("--config", str(config), "--https-port", str(port))
    process.start(*options, "--camera", "pattern:320x240@30", "--camera", "/dev/video99")
    deadline_s = time.monotonic() + 10
    while "and https://" not in process.log():  # not before its certificate is made
        assert time.monotonic() < deadline_s, process.log()
        time.sleep(0.02)
    yield process
    assert (process.stop(), process.leaks()) == (0, []), process.log()
