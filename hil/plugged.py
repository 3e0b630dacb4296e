"""A camera under test: what pulls its plug, and what camerad makes of it."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from camerad_service import CameradService
from programs import python
from ssh import CommandFailed, Ssh
from uvc_cameras import UvcCamera
from waiting import await_some

SETTINGS = """
[camera]
default_resolution = "320x240"
default_framerate = 10
"""
"""Small pictures: the device is emulated. vivid has 320x180 instead."""


class Pluggable(Protocol):
    @property
    def node(self) -> str:
        """As it is called now."""

    def plug(self) -> None: ...

    def unplug(self) -> None: ...


class UsbCamera:
    """A USB camera that is always plugged into the same port."""

    def __init__(self, camera: UvcCamera, port: int, ssh: Ssh) -> None:
        self.camera = camera
        self._port = port
        self._ssh = ssh

    def is_there(self) -> bool:
        """Whether udev has made its link."""
        return bool(self._ssh.run(f"test -e {self.camera.link} && echo yes || true"))

    @property
    def node(self) -> str:
        return self._ssh.run(f"readlink -e {self.camera.link}").strip()

    def plug(self) -> None:
        self.camera.plug(self._port)

    def unplug(self) -> None:
        self.camera.unplug()


@dataclass(frozen=True)
class Plugged:
    """A camera that camerad knows by a number."""

    plug: Pluggable
    number: int
    size: str
    service: CameradService

    def status(self) -> dict[str, Any]:
        return status_of(self.service, self.number)

    def await_connected(self, connected: bool = True) -> dict[str, Any]:
        return await_some(
            lambda: found if (found := self.status())["connected"] is connected else None,
            f"camera {self.number} {'connected' if connected else 'gone'}: {self.status()}",
        )

    def await_reason(self, words: str) -> None:
        """Until the status says so of a camera that is not connected."""
        await_some(lambda: words in (self.status()["reason"] or ""), f"the status says {words!r}")

    def figures(self) -> dict[str, int]:
        """The camera's counters, by their names without camerad's own."""
        label = f'{{camera="{self.number}"}}'
        lines = self.service.get("/metrics").text.splitlines()
        values = (line.split() for line in lines if label in line)
        return {
            name.removeprefix("camerad_").partition("{")[0].removesuffix("_total"): int(
                float(value)
            )
            for name, value in values
        }


def status_of(service: CameradService, number: int) -> dict[str, Any]:
    cameras = service.get("/api/cameras").json()["cameras"]
    found: dict[str, Any] = next(camera for camera in cameras if camera["id"] == number)
    return found


def await_number(service: CameradService, camera: Pluggable) -> int:
    """The number that camerad has given to a camera that is plugged in."""

    def find() -> dict[str, Any] | None:
        try:
            node = camera.node
        except CommandFailed:  # udev has not made the link yet
            return None
        cameras = service.get("/api/cameras").json()["cameras"]
        return next(
            (each for each in cameras if each["connected"] and each["device"] == node), None
        )

    number: int = await_some(find, "camerad sees the camera")["id"]
    return number


class Watch:
    """Looks at the stream of a camera from within the device, with the device's clock."""

    def __init__(self, ssh: Ssh, port: int, token: str, camera: Plugged) -> None:
        command = python("agent.watch", port, token, camera.number, camera.size)
        self._program = ssh.start(command)
        self._line()

    def recovery_s(self) -> float:
        """From the return of the camera's node to a new picture; waits for that."""
        return float(self._line()["after_s"])

    def _line(self) -> dict[str, Any]:
        assert self._program.stdout is not None
        line = self._program.stdout.readline()
        assert line, f"the watch ended with {self._program.wait()}"
        words: dict[str, Any] = json.loads(line)
        return words

    def close(self) -> None:
        self._program.terminate()
        self._program.communicate()
