"""The device's grub-editenv: a power cut leaves the bootloader the old state or the new one."""

import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
EDITENV = CHECKOUT / "rootfs-overlay/usr/lib/camerad/boot/grub-editenv"
KILLS = 20

pytestmark = pytest.mark.skipif(
    shutil.which("grub-editenv") is None, reason="grub-common is not installed"
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "grubenv"
    subprocess.run(["grub-editenv", path, "create"], check=True)
    edit(path, "set", "ORDER=A B", "A_OK=1", "B_OK=0")
    return path


def edit(path: Path, *words: str) -> str:
    done = subprocess.run([EDITENV, path, *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_it_sets_shows_and_forgets(state: Path) -> None:
    edit(state, "set", "ORDER=B A", "B_OK=1")
    edit(state, "unset", "A_OK")
    assert edit(state, "list").splitlines() == ["ORDER=B A", "B_OK=1"]
    assert state.stat().st_size == 1024


def test_killed_at_any_moment_it_leaves_a_whole_state(state: Path) -> None:
    for number in range(KILLS):
        process = subprocess.Popen([EDITENV, state, "set", f"B_OK={number}"])
        time.sleep(random.uniform(0, 0.02))  # the very moment is what is being tested
        process.send_signal(signal.SIGKILL)
        process.wait()
        shown = edit(state, "list").splitlines()
        assert shown[:2] == ["ORDER=A B", "A_OK=1"]
        assert state.stat().st_size == 1024
