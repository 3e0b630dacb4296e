"""USB cameras of the device under test, commanded from here."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from programs import bring, python
from ssh import Ssh

RATES = (10, 5)

Pictures = Mapping[tuple[int, int], Sequence[bytes]]
"""JPEGs by their width and height."""


class CommandRefused(Exception):
    pass


class UvcCamera:
    def __init__(self, cameras: "UvcCameras", serial: str) -> None:
        self._cameras = cameras
        self.serial = serial

    @property
    def link(self) -> str:
        """The stable name of its capture node."""
        return f"/dev/v4l/by-id/usb-camerad_{self.serial}_cam_{self.serial}-video-index0"

    def plug(self, port: int = 0) -> None:
        self._command("plug", port=port)

    def unplug(self) -> None:
        self._command("unplug")

    def unplug_in_mid_frame(self) -> None:
        self._command("cut")

    def inject(self, fault: str, count: int = 1) -> None:
        """Damage the next frames: see ``uvc.frames.Fault``."""
        self._command("inject", fault=fault, count=count)

    def pace(self, pace: float) -> None:
        """1 is the agreed rate, 0 a camera that sends nothing."""
        self._command("pace", pace=pace)

    def state(self) -> dict[str, Any]:
        """See ``uvc.camera.Camera.state``."""
        state: dict[str, Any] = self._command("state")
        return state

    def _command(self, command: str, **arguments: object) -> Any:
        return self._cameras.command(command, serial=self.serial, **arguments)


class UvcCameras:
    """The program that plays the cameras. It ends, and all plugs are out, with ``close``."""

    def __init__(self, ssh: Ssh, pictures: Pictures) -> None:
        self.pictures = pictures
        ssh.run("modprobe -a vhci-hcd uvcvideo")
        bring(ssh, "uvc", picture_files(pictures))
        self._program = ssh.start(python("uvc", "pictures"))
        self._cameras: dict[str, UvcCamera] = {}

    def camera(self, serial: str) -> UvcCamera:
        """The one with this serial number, made when first asked for, its plug out."""
        if serial not in self._cameras:
            self.command("make", serial=serial, product=f"{serial} cam", rates=RATES)
            self._cameras[serial] = UvcCamera(self, serial)
        return self._cameras[serial]

    def command(self, command: str, **arguments: object) -> Any:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
        self._program.stdin.flush()
        line = self._program.stdout.readline()
        assert line, f"the cameras' program ended with {self._program.wait()}"
        answer = json.loads(line)
        if "error" in answer:
            raise CommandRefused(answer["error"])
        return answer["result"]

    def close(self) -> None:
        self._program.communicate(timeout=60)


def picture_files(pictures: Pictures) -> dict[str, bytes]:
    """Named as ``uvc.pictures`` wants them."""
    return {
        f"pictures/{width}x{height}-{turn:02}.jpg": jpeg
        for (width, height), jpegs in pictures.items()
        for turn, jpeg in enumerate(jpegs)
    }
