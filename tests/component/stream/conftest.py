"""A camera that makes JPEGs, and daemons without rate limits."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from camerad.frames.picture import Planes, Subsampling
from camerad.imaging import jpeg
from camerad.imaging.layout import buffer_size
from daemon_process import DaemonProcess
from standin import Camera, environment

SIZE = 640, 480
PICTURES = 10


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of JPEGs, each of another grey with its own noise."""
    folder = tmp_path_factory.mktemp("pictures")
    noise = np.random.default_rng(1)
    size_bytes = buffer_size(*SIZE, Subsampling.YUV420)
    for number in range(PICTURES):
        level = 60 + 15 * number
        buffer = noise.integers(level - 10, level + 10, size_bytes).astype(np.uint8)
        picture = Planes(buffer, *SIZE, Subsampling.YUV420)
        (folder / f"{number:02}.jpg").write_bytes(jpeg.encode(picture, 85).data)
    return folder


@pytest.fixture
def mjpeg_camera(pictures: Path) -> Callable[..., Camera]:
    """`mjpeg_camera(**options)`: one that gives these pictures, 30 a second."""

    def make(**options: object) -> Camera:
        return Camera(
            fourccs=("MJPG",), sizes=("640x480",), rates=("30",), frames=pictures, options=options
        )

    return make


@pytest.fixture
def serve(daemon: Callable[..., DaemonProcess], tmp_path: Path) -> Callable[..., DaemonProcess]:
    """`serve(camera, toml)` starts a daemon for the camera, without rate limits."""

    def serve(camera: Camera, toml: str = "", *args: str) -> DaemonProcess:
        config = tmp_path / "camerad.toml"
        config.write_text(f"[limits]\nenabled = false\n{toml}")
        return daemon(
            "--config", str(config), "--camera", camera.path, *args, env=environment(camera)
        )

    return serve
