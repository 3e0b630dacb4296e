"""What a test can tell the cameras to do."""

from collections.abc import Mapping, Sequence

from uvc.camera import Camera
from uvc.frames import HEADER_BYTES, Fault
from uvc.model import Format, Model, Size
from uvc.vhci import Vhci

UNCOMPRESSED_SIZES = (Size(160, 120), Size(320, 240))
COMMENT_BYTES = 64
"""More than numbering a picture adds."""


class Commands:
    """Each public method is a command; cameras are told apart by their serial numbers."""

    def __init__(self, pictures: Mapping[Size, Sequence[bytes]], vhci: Vhci) -> None:
        self._pictures = pictures
        self._vhci = vhci
        self._cameras: dict[str, Camera] = {}

    def execute(self, command: str, arguments: Mapping[str, object]) -> object:
        if command.startswith("_") or not hasattr(self, command):
            raise ValueError(f"no command {command!r}")
        return getattr(self, command)(**arguments)

    def make(self, serial: str, product: str, rates: Sequence[int]) -> None:
        """A camera with MJPEG in all sizes that there are pictures of, and YUY2 in small ones."""
        largest = max(len(picture) for of in self._pictures.values() for picture in of)
        formats = (Format("MJPG", tuple(self._pictures)), Format("YUY2", UNCOMPRESSED_SIZES))
        limit = largest + COMMENT_BYTES + HEADER_BYTES
        model = Model(serial, product, formats, tuple(rates), limit)
        self._cameras[serial] = Camera(model, self._pictures, self._vhci)

    def plug(self, serial: str, port: int) -> None:
        self._cameras[serial].plug(port)

    def unplug(self, serial: str) -> None:
        self._cameras[serial].unplug()

    def cut(self, serial: str) -> None:
        """Pull the plug in the middle of the next frame."""
        self._cameras[serial].orders.cut()

    def inject(self, serial: str, fault: str, count: int = 1) -> None:
        self._cameras[serial].orders.inject(Fault(fault), count)

    def pace(self, serial: str, pace: float) -> None:
        self._cameras[serial].orders.set_pace(pace)

    def state(self, serial: str) -> dict[str, object]:
        return self._cameras[serial].state()

    def unplug_all(self) -> None:
        for camera in self._cameras.values():
            camera.unplug()
