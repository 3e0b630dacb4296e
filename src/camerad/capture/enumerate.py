"""What the cameras of this machine are and offer, for `camerad devices`."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct, to_builtins

from camerad.capture import devfs, ioctl, udev
from camerad.capture.faults import explained, holder
from camerad.capture.identity import Identity, VideoNode
from camerad.capture.modes import supported_modes
from camerad.capture.nodes import CameraNodes, opened
from camerad.capture.source import CameraFault, Mode, SupportedMode


class DeviceInfo(Struct, frozen=True):
    """A camera. What is not known, because it cannot be asked or is not there, is empty."""

    device: str
    card: str
    serial: str
    path: str
    """Where it is plugged in, or was."""
    state: Literal["ready", "fault", "absent"]
    reason: str = ""
    """Why it is not ready; or who uses it."""
    id: int | None = None
    """The number that the daemon has for it."""
    driver: str = ""
    bus: str = ""
    links: tuple[str, ...] = ()
    modes: tuple[SupportedMode, ...] = ()


def camera_nodes() -> list[VideoNode]:
    """All cameras, those included that are busy or that this user may not open."""
    return CameraNodes(udev.UdevNodes().list if udev.is_running() else devfs.video_nodes).find()


def device_info(node: VideoNode, number: int | None = None) -> DeviceInfo:
    """A camera that is there, with what it offers."""
    identity = node.identity
    try:
        with explained(node.device, "be opened"), opened(node.device) as fd:
            capability = ioctl.querycap(fd)
            modes = tuple(supported_modes(fd, Mode()))
    except CameraFault as fault:
        return DeviceInfo(
            node.device,
            node.product,
            identity.serial,
            identity.path,
            "fault",
            str(fault),
            number,
            links=node.links,
        )
    user = holder(node.device)
    return DeviceInfo(
        node.device,
        capability.card,
        identity.serial,
        identity.path,
        "ready",
        f"used by {user}" if user else "",
        number,
        capability.driver,
        capability.bus,
        node.links,
        modes,
    )


def absent_info(number: int, device: str, product: str, identity: Identity) -> DeviceInfo:
    """A camera that was there before, and then had these names."""
    return DeviceInfo(
        device, product, identity.serial, identity.path, "absent", "not plugged in", number
    )


def as_json(infos: Iterable[DeviceInfo]) -> list[dict[str, object]]:
    """For machines: the fields under their own names."""
    return [to_builtins(info) for info in infos]


def describe(infos: Iterable[DeviceInfo]) -> str:
    """For people."""
    return "\n\n".join("\n".join(_lines(info)) for info in infos) or "No capture device found."


def _lines(info: DeviceInfo) -> Iterator[str]:
    number = "" if info.id is None else f"camera {info.id}: "
    yield f"{number}{info.device}  {info.card}".rstrip()
    yield f"  {info.state}" + (f": {info.reason}" if info.reason else "")
    identity = {"serial": info.serial, "path": info.path, "driver": info.driver, "bus": info.bus}
    properties = ", ".join(f"{name} {text}" for name, text in identity.items() if text)
    if properties:
        yield f"  {properties}"
    for link in info.links:
        yield f"  {link}"
    for mode in info.modes:
        rates = " ".join(f"{fps:.4g}" for fps in mode.fps)
        yield f"  {mode.fourcc}  {mode.width}x{mode.height}" + (f"  {rates} fps" if rates else "")
