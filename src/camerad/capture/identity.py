"""Video nodes, and what makes a camera the same camera when it comes back under another one."""

from msgspec import Struct


class Identity(Struct, frozen=True):
    """As udev or sysfs tell it; what they do not know is empty."""

    product: str
    """Vendor and model, ``046d:0825``; of what is not on USB, the driver's name for it."""
    serial: str
    path: str
    """Where it is plugged in: udev's ID_PATH."""
    unit: str
    """Which of the device's several cameras it is, by USB interface and V4L2 index: ``00.0``."""

    def moved_to(self, other: "Identity") -> bool:
        """Whether ``other`` may be the same camera in another plug. Without a serial number that
        is only likely, and so it is for serial numbers that a maker gives to all.
        """
        return (self.product, self.serial, self.unit) == (other.product, other.serial, other.unit)


class VideoNode(Struct, frozen=True):
    """A /dev/videoN as the system describes it, not yet opened; it may be no camera at all."""

    device: str
    product: str
    """For people."""
    identity: Identity
    links: tuple[str, ...] = ()
    """Stable names below /dev/v4l/by-id and by-path."""
    inode: int | None = None
    """Of the node; another one each time that something is plugged in."""
    captures: bool | None = None
    """Whether it is a camera; ``None`` if it has to be asked."""
