"""A daemon, as one sees it who plugs cameras in and out."""

import time
from collections.abc import Callable
from typing import Any

import requests

from daemon_process import DaemonProcess


class PluggedDaemon:
    """Asks for pictures and states."""

    def __init__(self, process: DaemonProcess, arguments: tuple[str, ...]) -> None:
        self.process = process
        self.arguments = arguments

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = self.process.headers("admin")
        return requests.request(
            method, self.process.url + path, headers=headers, timeout=10, **options
        )

    def cameras(self) -> dict[int, dict[str, Any]]:
        """What /api/cameras says, by number."""
        return {
            camera["id"]: camera for camera in self.call("GET", "/api/cameras").json()["cameras"]
        }

    def nodes(self) -> dict[int, str]:
        """The nodes of those that are connected, by number."""
        return {
            number: camera["device"]
            for number, camera in self.cameras().items()
            if camera["connected"]
        }

    def picture(self, number: int | None = None) -> requests.Response:
        return self.call("GET", "/image" if number is None else f"/image?camera={number}")

    def until(self, condition: Callable[[], object], within_s: float = 8) -> float:
        """Wait for it; gives how long that took."""
        started_s = time.monotonic()
        while not condition():
            assert time.monotonic() < started_s + within_s, (self.cameras(), self.process.log())
            time.sleep(0.02)
        return time.monotonic() - started_s

    def until_seen(self, number: int | None = None, within_s: float = 8) -> float:
        """Wait for a picture."""
        return self.until(lambda: self.picture(number).status_code == 200, within_s)
