"""A camera of a daemon, as a client sees it."""

import time
from collections.abc import Callable
from typing import Any

import requests

from daemon_process import DaemonProcess

OPEN_TIMEOUT_S = 3
"""What the daemons of these tests are configured with."""


class Watched:
    """Asks for it in every way."""

    def __init__(self, daemon: DaemonProcess, number: int, device: str) -> None:
        self.daemon = daemon
        self._number = number
        self._device = device

    def get(self, path: str = "/image", query: str = "") -> requests.Response:
        url = f"{self.daemon.url}{path}?camera={self._number}{query}"
        return requests.get(url, headers=self.daemon.headers("operator"), timeout=10)

    def snapshot(self) -> requests.Response:
        url = f"{self.daemon.url}/snapshot?camera={self._number}"
        return requests.post(url, headers=self.daemon.headers("operator"), timeout=10)

    @property
    def status(self) -> dict[str, Any]:
        """What /api/cameras says of it."""
        camera: dict[str, Any] = self.get("/api/cameras").json()["cameras"][self._number]
        return camera

    def refused(self, ask: Callable[[], requests.Response] | None = None) -> str:
        """The details of the 503 that the contract has for a camera that is not there."""
        answer = (ask or self.get)()
        assert answer.status_code == 503, answer.status_code
        return self._reason(answer)

    def until_it_works(self, within_s: float = 8) -> None:
        """Ask for pictures until there is one."""
        self._until(200, within_s)
        assert self.status["connected"]

    def until_it_fails(self, within_s: float = 8) -> str:
        """Ask for pictures until one is refused; gives the details."""
        return self._reason(self._until(503, within_s))

    def _reason(self, refusal: requests.Response) -> str:
        assert refusal.elapsed.total_seconds() < OPEN_TIMEOUT_S + 0.9
        error = refusal.json()["error"]
        assert error["code"] == "CAMERA_NOT_CONNECTED"
        assert self._device in error["details"]
        return str(error["details"])

    def _until(self, wanted: int, within_s: float) -> requests.Response:
        deadline_s = time.monotonic() + within_s
        while (answer := self.get()).status_code != wanted:
            assert answer.status_code in (200, 503), answer.text
            assert time.monotonic() < deadline_s, answer.text
            time.sleep(0.02)
        return answer
