"""Daemons in front of cameras that misbehave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from watched import OPEN_TIMEOUT_S, Watched

from daemon_process import DaemonProcess
from standin import Camera, environment

SETTINGS = f"""
[limits]
enabled = false
[camera]
open_timeout = {OPEN_TIMEOUT_S}
max_age = 0.5
linger = 1
"""


@pytest.fixture
def watch_all(daemon: Callable[..., DaemonProcess], tmp_path: Path) -> Callable[..., list[Watched]]:
    """`watch_all(*cameras)` starts one daemon for all of them, of small pictures if not told."""

    def watch_all(*fields: dict[str, Any]) -> list[Watched]:
        cameras = [
            Camera(70 + number, **{"sizes": ("320x240",), **each})
            for number, each in enumerate(fields)
        ]
        config = tmp_path / "camerad.toml"
        config.write_text(SETTINGS)
        specs = [argument for camera in cameras for argument in ("--camera", camera.path)]
        process = daemon("--config", str(config), *specs, env=environment(*cameras))
        return [Watched(process, number, camera.path) for number, camera in enumerate(cameras)]

    return watch_all


@pytest.fixture
def watch(watch_all: Callable[..., list[Watched]]) -> Callable[..., Watched]:
    """`watch(**fields)` starts a daemon for a stand-in with these fields (see standin.Camera)."""
    return lambda **fields: watch_all(fields)[0]
