"""Daemons that follow what is plugged in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plugged_daemon import PluggedDaemon
from usb_bus import UsbBus

from daemon_process import DaemonProcess

SETTINGS = """
[limits]
enabled = false
[camera]
open_timeout = 3
max_age = 0.5
linger = 1
"""


@pytest.fixture
def plugged(daemon: Callable[..., DaemonProcess], tmp_path: Path) -> Callable[..., PluggedDaemon]:
    """`plugged(bus, spec="plugged", **env)` starts a daemon on this bus."""

    def start(bus: UsbBus, spec: str = "plugged", **env: str) -> PluggedDaemon:
        config = tmp_path / "camerad.toml"
        config.write_text(SETTINGS)
        arguments = ("--config", str(config), "--camera", spec)
        return PluggedDaemon(daemon(*arguments, env={**bus.environment, **env}), arguments)

    return start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a bus may live."""
    folder = tmp_path / "bus"
    folder.mkdir()
    return folder
