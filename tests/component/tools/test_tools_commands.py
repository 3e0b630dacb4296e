"""The commands that a person runs."""

import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon_process import free_port

CHECKOUT = Path(__file__).parents[3]
COMMANDS = sorted(
    path for path in (CHECKOUT / "tools").iterdir() if path.is_file() and os.access(path, os.X_OK)
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda path: path.name)
def test_every_command_says_what_it_does(command: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [command, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=10, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: tools/{command.name}")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone of this checkout would hold, at a path with a space in it."""
    folder = tmp_path_factory.mktemp("a clone")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=CHECKOUT, check=True, capture_output=True, text=True)
    for name in filter(None, names.stdout.split("\0")):
        if (CHECKOUT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name)
    return folder


@contextmanager
def running(clone: Path, port: int) -> Iterator[str]:
    """`tools/run` until its end by SIGTERM; gives what it said before it served."""
    options = ["--bind", "127.0.0.1", "--http-port", str(port), "--https-port", "0"]
    process = subprocess.Popen(
        [clone / "tools" / "run", *options, "--camera", "pattern"],
        cwd="/",
        env={**os.environ, "HOME": "/nonexistent"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        said = ""
        for line in process.stdout or ():
            said += line
            if " serves http://" in line:
                break
        try:
            yield said
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)
    assert process.returncode == 0, said


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("needs_venv")
def test_run_serves_from_a_fresh_clone_and_again_at_no_cost(clone: Path) -> None:
    port = free_port()
    for is_first in (True, False):
        with running(clone, port) as said:
            assert f"http://127.0.0.1:{port}" in said
            assert ("Setting up" in said) == is_first
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                assert answer.status == 200
    assert (clone / ".state" / "first-credentials").exists()
