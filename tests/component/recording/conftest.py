"""Daemons that record."""

import shutil
import subprocess

import pytest
from recording_client import Client

from daemon_process import DaemonProcess

UNLIMITED = "[limits]\nenabled = false\n"


@pytest.fixture
def client(daemon):
    """`client(*args)` starts a daemon and gives its client."""

    def start(*args, **options):
        return Client(daemon(*args, **options))

    return start


@pytest.fixture(scope="module")
def shared(tmp_path_factory, prepared_state):
    """One with a small pattern, for all tests of a module."""
    template, tokens = prepared_state
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(template, folder / "state")
    config = folder / "camerad.toml"
    config.write_text(UNLIMITED)
    process = DaemonProcess(folder / "state", tokens)
    yield Client(process.start("--config", str(config), "--camera", "pattern:320x240@30"))
    assert (process.stop(), process.leaks()) == (0, []), process.log()


@pytest.fixture
def pictures(tmp_path):
    """JPEGs of two sizes, where the stand-in looks for them."""
    for size in ("320x240", "160x120"):
        folder = tmp_path / "pictures" / size
        folder.mkdir(parents=True)
        shown = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate=30", "-frames:v", "10")
        subprocess.run(["ffmpeg", "-v", "error", *shown, folder / "%02d.jpg"], check=True)
    return tmp_path / "pictures"
