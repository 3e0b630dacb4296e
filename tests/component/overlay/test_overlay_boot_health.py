"""Whether a system that was started is kept: the device's own commands, on a played device."""

import os
import subprocess
from pathlib import Path

import pytest

COMMANDS = Path(__file__).parents[3] / "rootfs-overlay/usr/lib/camerad"
PLAYED = {
    "camerad": 'echo "camera: disconnected"; exit $UNHEALTHY',
    "systemctl": 'case $1 in show) echo "$ENDS" ;; *) echo "systemctl $*" >>"$DONE" ;; esac',
    "rauc": 'echo "rauc $*" >>"$DONE"',
    "journalctl": "echo the last words",
    "sleep": ":",
}


class BootedDevice:
    """Slot B runs."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "data/boot"
        self.notes.mkdir(parents=True)
        (folder / "cmdline").write_text("quiet rauc.slot=B ro\n")
        (folder / "os-release").write_text('IMAGE_ID=camerad\nIMAGE_VERSION="2.0"\n')
        self._done = folder / "done"
        self._programs = folder / "bin"
        self._programs.mkdir()
        for name, body in PLAYED.items():
            self._install(self._programs / name, f"#!/bin/sh\n{body}\n")
        self._commands = folder / "commands"
        self._commands.mkdir()
        for command in filter(Path.is_file, COMMANDS.iterdir()):
            text = command.read_text().replace("/usr/lib/camerad", str(self._commands))
            text = text.replace("/data/boot", str(self.notes))
            text = text.replace("/proc/cmdline", str(folder / "cmdline"))
            text = text.replace("/etc/os-release", str(folder / "os-release"))
            self._install(self._commands / command.name, text)

    def run(self, command: str, *, healthy: bool = True, ends: int = 0) -> int:
        environment = {
            "PATH": f"{self._programs}:{os.environ['PATH']}",
            "UNHEALTHY": str(int(not healthy)),
            "ENDS": str(ends),
            "DONE": str(self._done),
        }
        done = subprocess.run([self._commands / command], env=environment, timeout=50, check=False)
        return done.returncode

    def prove(self, *slots: str) -> None:
        for slot in slots:
            (self.notes / f"proven-{slot}").touch()

    def done(self) -> list[str]:
        return self._done.read_text().splitlines() if self._done.exists() else []

    @staticmethod
    def _install(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)


@pytest.fixture
def device(tmp_path: Path) -> BootedDevice:
    return BootedDevice(tmp_path)


def test_a_healthy_system_is_kept_and_proven(device: BootedDevice) -> None:
    device.prove("A")
    assert device.run("boot-health") == 0
    assert device.run("mark-good") == 0
    assert device.done() == ["rauc status mark-good booted"]
    assert (device.notes / "proven-B").exists()


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        (5, "camerad ended 5 times"),
        (0, "camerad was not healthy within 180 s: camera: disconnected"),
    ],
)
def test_a_new_system_that_is_not_healthy_goes_back(
    device: BootedDevice, ends: int, reason: str
) -> None:
    device.prove("A")
    device.run("boot-health", healthy=False, ends=ends)
    assert device.done() == ["rauc status mark-bad booted", "systemctl --force reboot"]
    first, *rest = (device.notes / "last-failure").read_text().splitlines()
    assert first == f"Slot B, version 2.0: {reason}"
    assert rest == ["the last words"]


@pytest.mark.parametrize("proven", [("A", "B"), ("B",), ()])
def test_nothing_is_done_where_going_back_would_not_help(
    device: BootedDevice, proven: tuple[str, ...]
) -> None:
    device.prove(*proven)
    assert device.run("boot-health", healthy=False, ends=5) == 1
    assert device.done() == []


def test_an_installation_takes_the_proof_and_the_old_complaint(device: BootedDevice) -> None:
    device.prove("A", "B")
    (device.notes / "last-failure").write_text("long ago\n")
    assert device.run("forget-proof") == 0
    assert [path.name for path in device.notes.iterdir()] == ["proven-B"]
