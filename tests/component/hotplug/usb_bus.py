"""A bus with plugs, in which the stand-in's cameras come and go."""

import os
from pathlib import Path

from standin import Camera, environment


class UsbBus:
    """``numbers`` are the nodes that cameras may get. sysfs tells of those that are there."""

    def __init__(self, folder: Path, *numbers: int, **fields: object) -> None:
        """``fields`` are those of all cameras, see ``standin.Camera``; ``options`` among them."""
        self._folder = folder
        options = fields.pop("options", {})
        self._cameras = [
            Camera(
                number,
                **{"sizes": ("320x240",), **fields, "options": {**options, **self._gate(number)}},
            )
            for number in numbers
        ]
        (folder / "class").mkdir()
        for number in numbers:
            self._gate(number)["gone_while"].touch()

    @property
    def environment(self) -> dict[str, str]:
        return {**environment(*self._cameras), "V4L2_SYSFS": str(self._folder / "class")}

    def plug(self, number: int, port: str, serial: str = "") -> None:
        """A camera of this serial number goes into a port, and gets the node of this number."""
        interface = self._folder / "devices" / port / f"{port}:1.0"
        node = interface / f"video{number}"
        node.mkdir(parents=True, exist_ok=True)
        texts = {
            "../idVendor": "046d",
            "../idProduct": "0825",
            "../serial": serial,
            "bInterfaceNumber": "00",
            f"video{number}/name": "HD Webcam",
            f"video{number}/index": "0",
        }
        for name, text in texts.items():
            (interface / name).write_text(f"{text}\n")
        device = node / "device"
        if not device.is_symlink():
            device.symlink_to(interface)
        link = self._folder / "class" / f"video{number}"
        link.unlink(missing_ok=True)
        link.symlink_to(node)
        self._gate(number)["gone_while"].unlink()

    def pull(self, number: int) -> None:
        self._gate(number)["gone_while"].touch()

    def _gate(self, number: int) -> dict[str, Path]:
        return {"gone_while": self._folder / f"gone-{number}"}


def holdings(pid: int) -> dict[str, int]:
    """What a process has of the things that leak: threads, descriptors, mappings of buffers."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {
        "threads": len(os.listdir(f"/proc/{pid}/task")),
        "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
        "buffers": maps.count("v4l2-standin"),
    }
