"""The capture devices of this machine, as udev knows them, and what each of them offers."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct, to_builtins

from camerad.capture import ioctl
from camerad.capture.faults import GONE, explained
from camerad.capture.modes import supported_modes
from camerad.capture.source import CameraFault, Mode, SupportedMode
from camerad.capture.v4l2 import OPEN_FLAGS, unsuitable

_SYSFS_CLASS = "/sys/class/video4linux"


class VideoNode(Struct, frozen=True):
    """A /dev/videoN as udev describes it, not yet opened; it may be no camera at all."""

    device: str
    product: str
    serial: str | None
    links: tuple[str, ...]
    """Stable names below /dev/v4l/by-id and by-path."""


class DeviceInfo(Struct, frozen=True):
    device: str
    card: str
    driver: str
    bus: str
    serial: str | None
    links: tuple[str, ...]
    modes: tuple[SupportedMode, ...]
    fault: str | None = None
    """Why the device could not be asked; driver, bus and modes are empty then."""


def capture_nodes(nodes: Iterable[VideoNode] | None = None) -> list[str]:
    """The paths of all cameras, those included that are busy or that this user may not open."""
    return [node.device for node in _cameras(nodes)]


def capture_devices(nodes: Iterable[VideoNode] | None = None) -> list[DeviceInfo]:
    """The same cameras, with what each of them offers."""
    return [_info(node) for node in _cameras(nodes)]


def udev_nodes() -> Iterator[VideoNode]:
    """The video nodes that udev holds for possible cameras, by their numbers."""
    if not os.path.isdir(_SYSFS_CLASS) or not os.listdir(_SYSFS_CLASS):
        return
    import pyudev  # noqa: PLC0415 - costs start-up, and is for nothing where there is no camera

    listed = pyudev.Context().list_devices(subsystem="video4linux")
    videos = [device for device in listed if device.sys_name.startswith("video")]
    for device in sorted(videos, key=lambda device: int(device.sys_number)):
        known = device.properties
        captures = ":capture:" in known.get("ID_V4L_CAPABILITIES", ":capture:")
        if captures and device.device_node is not None:
            yield VideoNode(
                device=device.device_node,
                product=known.get("ID_V4L_PRODUCT", ""),
                serial=known.get("ID_SERIAL_SHORT"),
                links=tuple(sorted(device.device_links)),
            )


def _cameras(nodes: Iterable[VideoNode] | None) -> list[VideoNode]:
    return [node for node in (udev_nodes() if nodes is None else nodes) if _is_camera(node)]


def _is_camera(node: VideoNode) -> bool:
    """What the device says; of one that cannot be asked it is taken for granted."""
    try:
        with _opened(node.device) as fd:
            return unsuitable(ioctl.querycap(fd)) is None
    except OSError as error:
        return error.errno not in GONE


def _info(node: VideoNode) -> DeviceInfo:
    try:
        with explained(node.device, "be opened"), _opened(node.device) as fd:
            capability = ioctl.querycap(fd)
            modes = tuple(supported_modes(fd, Mode()))
    except CameraFault as fault:
        return DeviceInfo(
            node.device, node.product, "", "", node.serial, node.links, (), str(fault)
        )
    return DeviceInfo(
        device=node.device,
        card=capability.card,
        driver=capability.driver,
        bus=capability.bus,
        serial=node.serial,
        links=node.links,
        modes=modes,
    )


@contextmanager
def _opened(device: str) -> Iterator[int]:
    fd = os.open(device, OPEN_FLAGS)
    try:
        yield fd
    finally:
        os.close(fd)


def as_json(infos: Iterable[DeviceInfo]) -> list[dict[str, object]]:
    """For machines: the fields under their own names."""
    return [to_builtins(info) for info in infos]


def describe(infos: Iterable[DeviceInfo]) -> str:
    """For people."""
    return "\n\n".join("\n".join(_lines(info)) for info in infos) or "No capture device found."


def _lines(info: DeviceInfo) -> Iterator[str]:
    known = (info.driver, info.bus, info.serial and f"serial {info.serial}")
    properties = ", ".join(text for text in known if text)
    yield f"{info.device}  {info.card}" + (f" ({properties})" if properties else "")
    if info.fault is not None:
        yield f"  {info.fault}"
    for link in info.links:
        yield f"  {link}"
    for mode in info.modes:
        rates = " ".join(f"{fps:.4g}" for fps in mode.fps)
        yield f"  {mode.fourcc}  {mode.width}x{mode.height}" + (f"  {rates} fps" if rates else "")
