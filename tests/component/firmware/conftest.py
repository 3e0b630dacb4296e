"""A camerad on a device that can be updated."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from rauc_machine import RaucMachine, wait_until
from signed_bundles import SignedBundles

from daemon_process import DaemonProcess


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> SignedBundles:
    return SignedBundles(tmp_path_factory.mktemp("bundles"))


@pytest.fixture
def machine(tmp_path: Path, bundles: SignedBundles) -> Iterator[RaucMachine]:
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("RAUC mounts bundles: that takes root and loop devices")
    folder = tmp_path / "machine"
    folder.mkdir()
    machine = RaucMachine(folder, bundles.certificate)
    machine.start()
    yield machine
    machine.stop()


class UpdatableDevice:
    """Asks a camerad for what administrators ask."""

    def __init__(self, process: DaemonProcess, machine: RaucMachine, arguments: list[str]) -> None:
        self.process = process
        self.machine = machine
        self._arguments = arguments

    def start(self) -> None:
        self.process.start(*self._arguments, env=self.machine.env)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.stop()

    def restart(self) -> None:
        """Kill camerad, and start it again."""
        self.kill()
        self.start()

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(
            method,
            self.process.url + path,
            headers=self.process.headers("admin"),
            timeout=30,
            **options,
        )

    def upload(self, bundle: Path, **fields: str) -> requests.Response:
        with bundle.open("rb") as file:
            return self.request(
                "POST", "/upload", files={"file": file}, data={"path": "/data/firmware/", **fields}
            )

    def order(self, what: str, **body: object) -> requests.Response:
        return self.request("POST", f"/api/firmware/{what}", json=body)

    def status(self) -> dict[str, Any]:
        answer = self.request("GET", "/api/firmware")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def becomes(self, state: str) -> dict[str, Any]:
        """The status, once it has this state."""
        found: dict[str, Any] = {}

        def so() -> bool:
            answer = self.request("GET", "/api/firmware")
            found.update(answer.json() if answer.status_code == 200 else {})
            return found.get("state") == state

        wait_until(so)
        return found

    def files(self) -> list[str]:
        """What lies where bundles are kept, or are on their way there."""
        roots = (self.process.state / "data", self.process.state / "media")
        return [path.name for root in roots for path in root.rglob("*") if path.is_file()]


CONFIG = """
[limits]
enabled = false
[firmware]
auto_install = {auto_install}
boot_notes = "{folder}/notes"
"""


@pytest.fixture
def device(
    daemon: Callable[..., DaemonProcess], machine: RaucMachine
) -> Callable[..., UpdatableDevice]:
    """`device(auto_install=True, toml="")` starts the camerad of the machine."""

    def start(auto_install: bool = True, toml: str = "") -> UpdatableDevice:
        config = machine.folder / "camerad.toml"
        values = {"auto_install": str(auto_install).lower(), "folder": machine.folder}
        config.write_text(CONFIG.format(**values) + toml)
        arguments = ["--config", str(config), "--camera", "pattern:320x240"]
        return UpdatableDevice(daemon(*arguments, env=machine.env), machine, arguments)

    return start


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[DaemonProcess]:
    """A camerad on a machine without RAUC, for the rest of the module."""
    template, tokens = prepared_state
    state = tmp_path_factory.mktemp("served") / "state"
    shutil.copytree(template, state)
    process = DaemonProcess(state, tokens).start()
    yield process
    assert process.stop() == 0
