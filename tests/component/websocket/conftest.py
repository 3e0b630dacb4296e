"""Clients of /ws and /ws/live."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from daemon_process import DaemonProcess

UNLIMITED = "[limits]\nenabled = false\n"


class Client:
    """One WebSocket, with JSON for messages."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._number = 0

    def say(self, **message: object) -> None:
        self.connection.send(json.dumps(message))

    def insist(self, message: str | bytes, times: int) -> None:
        """Send the same again and again, until the server closes or it has been said `times`."""
        with contextlib.suppress(ConnectionClosed):
            for _ in range(times):
                self.connection.send(message)

    def hear(self, timeout_s: float = 5) -> dict:
        """The next message."""
        return json.loads(self.connection.recv(timeout_s))

    def hear_of(self, parameter: str, timeout_s: float = 5) -> object:
        """The next value of a parameter, whatever else changes before."""
        while (message := self.hear(timeout_s)).get("parameter") != parameter:
            assert message["type"] in ("state_update", "response"), message
        return message["value"]

    def ask(self, **message: object) -> dict:
        """The answer to a request, whatever happens before."""
        self._number += 1
        self.say(id=self._number, **message)
        while (answer := self.hear()).get("id") != self._number:
            assert answer["type"] in ("state_update", "camera_event"), answer
        return answer

    def closed_with(self, timeout_s: float = 5) -> int | None:
        """Read until the server closes; gives its code."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                self.connection.recv(timeout_s)
        return self.connection.close_code


@pytest.fixture
def unlimited(daemon: Callable[..., DaemonProcess], tmp_path: Path) -> Callable[..., DaemonProcess]:
    """`unlimited(*args, toml=..., env=...)` starts a daemon without rate limits, in front of a
    small pattern.
    """

    def start(*args: str, toml: str = "", **options: object) -> DaemonProcess:
        config = tmp_path / "camerad.toml"
        config.write_text(UNLIMITED + toml)
        camera = () if "--camera" in args else ("--camera", "pattern:320x240")
        return daemon("--config", str(config), *camera, *args, **options)

    return start


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[DaemonProcess]:
    """One without rate limits, for all tests of a module that leave it as they found it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(prepared_state[0], folder / "state")
    (folder / "camerad.toml").write_text(UNLIMITED)
    process = DaemonProcess(folder / "state", prepared_state[1])
    process.start("--config", str(folder / "camerad.toml"), "--camera", "pattern:320x240")
    yield process
    assert (process.stop(), process.leaks()) == (0, []), process.log()


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(daemon, role, path)` opens a WebSocket; all are closed after the test."""
    with contextlib.ExitStack() as stack:

        def open_one(
            daemon: DaemonProcess, role: str = "admin", path: str = "/ws", **options: object
        ) -> Client:
            url = f"ws://127.0.0.1:{daemon.http_port}{path}"
            headers = daemon.headers(role) if role else {}
            opening = connect(url, additional_headers=headers, proxy=None, **options)
            return Client(stack.enter_context(opening))

        yield open_one
