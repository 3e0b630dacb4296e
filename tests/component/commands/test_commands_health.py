"""``camerad health``, as a device's boot units and people who watch over it ask."""

import json
import subprocess

import pytest

from daemon_process import CAMERAD, free_port

HEALTHY = (0, "healthy")
TRIAL = {"state": "activating", "version": "2", "slot": "rootfs.1", "boot_id": "before"}


@pytest.fixture
def health(tmp_path):
    """`health(process, *options)` gives the exit code and what is printed."""

    def ask(state, port, *options):
        config = tmp_path / "health.toml"
        config.write_text(f'[network]\nbind = "127.0.0.1"\nhttp_port = {port}\n')
        command = [CAMERAD, "health", "--state", state, "--config", config, "--timeout", "1"]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=30, check=False
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    return ask


def test_all_is_well(daemon, health):
    process = daemon()
    assert health(process.state, process.http_port) == HEALTHY
    assert health(process.state, process.http_port, "--strict") == HEALTHY


@pytest.mark.parametrize(
    ("trial", "options", "expected"),
    [
        (None, [], HEALTHY),
        (None, ["--strict"], (1, "camera: disconnected")),
        (TRIAL, [], (1, "camera: disconnected")),
        (TRIAL | {"ailing": ["network"]}, [], (1, "camera: disconnected")),
        (TRIAL | {"ailing": ["camera"]}, [], HEALTHY),
        (TRIAL | {"ailing": ["camera"]}, ["--strict"], (1, "camera: disconnected")),
        ({"state": "idle"}, [], HEALTHY),
    ],
)
def test_a_new_system_must_be_as_well_as_the_old_one_was(daemon, health, trial, options, expected):
    process = daemon("--camera", "/dev/video99")
    if trial:
        (process.state / "firmware.json").write_text(json.dumps({"state": trial}))
    assert health(process.state, process.http_port, *options) == expected


def test_nobody_answers(health, tmp_path):
    code, printed = health(tmp_path, free_port())
    assert code == 1
    assert printed.startswith("camerad does not answer: ")
    assert "Traceback" not in printed
