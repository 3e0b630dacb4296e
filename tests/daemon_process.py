"""camerad as a process of its own, for tests that speak to it from outside."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Self

CAMERAD = Path(sys.executable).with_name("camerad")
NO_BUS = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
"""No test may ask this machine's own services to install or to restart anything."""

SLOWNESS = int(os.environ.get("TESTS_SLOWNESS", "1"))
"""Of this machine's processor; where it is emulated, tools/test says so."""
START_S = 40 * SLOWNESS
"""It takes one second, unless ten others want the processor."""
STOP_S = 10 * SLOWNESS
ROLES = ("viewer", "operator", "admin")


def run_camerad(*arguments: str | Path) -> str:
    """Run another command than ``serve`` to its end; gives what it prints."""
    done = subprocess.run(
        [CAMERAD, *arguments], check=True, capture_output=True, text=True, timeout=20 * SLOWNESS
    )
    return done.stdout.strip()


def add_token(state: Path, name: str, role: str) -> str:
    return run_camerad("token", "add", name, "--role", role, "--state", state)


def free_port() -> int:
    """None that a client may get from the kernel in the meantime: it gives those from 32768 on."""
    while True:
        port = random.randrange(10_000, 32_768)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class DaemonProcess:
    """One state directory, two free ports and, between ``start`` and ``stop``, one process."""

    def __init__(self, state: Path, tokens: Mapping[str, str]) -> None:
        self.state = state
        self.http_port = free_port()
        self.https_port = free_port()
        self._tokens = tokens
        first = self.first_credentials()
        self._secrets = [first[key] for key in first.keys() - {"user"}] + [*tokens.values()]
        self._log_path = state.with_name(f"{state.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def pid(self) -> int:
        return self._running().pid

    def token(self, role: str) -> str:
        return self._tokens[role]

    def first_credentials(self) -> dict[str, str]:
        """The ``user``, ``password`` and ``token`` that the first start has made."""
        path = self.state / "first-credentials"
        lines = path.read_text().splitlines() if path.exists() else []
        return dict(line.split(" ", 1) for line in lines)

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(role)}"}

    def log(self) -> str:
        """All that the process has printed so far, over all its starts."""
        return self._log_path.read_text(errors="replace")

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> Self:
        """Start `camerad serve` and wait until it answers. ``args`` win over the defaults here:
        the test pattern as the camera, loopback, and plain HTTP only (``https_port`` is free).
        """
        defaults = {
            "--state": self.state,
            "--bind": "127.0.0.1",
            "--http-port": self.http_port,
            "--https-port": 0,
            "--camera": "pattern",
        }
        options = [str(part) for pair in defaults.items() if pair[0] not in args for part in pair]
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [CAMERAD, "serve", *options, *args],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **NO_BUS, **(env or {})},
            )
        try:
            self._wait_until_it_answers(START_S)
        except AssertionError:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def stop(self, timeout_s: float = STOP_S) -> int:
        """End the process by SIGTERM, else by force; gives its exit code, -9 in the second case.
        One that has ended already is left alone.
        """
        process = self._running()
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def leaks(self) -> list[str]:
        """What a log must never hold: a traceback, or one of the secrets."""
        log = self.log()
        return [word for word in ("Traceback", *self._secrets) if word in log]

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    def _wait_until_it_answers(self, timeout_s: float) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not self._answers():
            assert self._running().poll() is None, f"camerad ended:\n{self.log()}"
            assert time.monotonic() < deadline_s, f"no answer in {timeout_s} s:\n{self.log()}"
            time.sleep(0.02)  # nothing to wait on: the port opens when it opens

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True
