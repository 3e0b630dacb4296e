"""Who this device is, to ONVIF."""

import socket
import uuid
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from camerad import __version__
from camerad.onvif.names import SCOPE
from camerad.storage.atomic import write_atomic

BOARDS = (
    ("/proc/device-tree/model", "/proc/device-tree/serial-number"),
    ("/sys/class/dmi/id/product_name", "/sys/class/dmi/id/product_serial"),
)
"""Where boards tell their model and serial number: those with a device tree, and PCs."""


class Identity(Struct, frozen=True):
    """What does not change while the daemon runs."""

    urn: str
    """The endpoint's own, for ever."""
    model: str
    serial: str
    version: str = __version__

    @property
    def name(self) -> str:
        return socket.gethostname()

    def scopes(self) -> list[str]:
        kinds = {"hardware": self.model, "name": self.name}
        told = [f"{SCOPE}{kind}/{quote(value, safe='')}" for kind, value in kinds.items() if value]
        return [f"{SCOPE}type/video_encoder", f"{SCOPE}type/NetworkVideoTransmitter", *told]


def read_identity(state_dir: Path) -> Identity:
    """Who we are; made at the first call. Blocks."""
    path = state_dir / "onvif-uuid"
    try:
        urn = f"urn:uuid:{uuid.UUID(path.read_text().strip())}"
    except (FileNotFoundError, ValueError):
        fresh = uuid.uuid4()
        write_atomic(path, f"{fresh}\n".encode())
        urn = f"urn:uuid:{fresh}"
    told = [(_told(model), _told(serial)) for model, serial in BOARDS]
    model, serial = next((found for found in told if found[0]), ("", ""))
    return Identity(urn, model or "camerad", serial or urn.rpartition(":")[2])


def _told(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip("\0 \n")
    except OSError:
        return ""
