"""The machines that QEMU plays, without acceleration, so that they run anywhere."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    qemu: str
    options: tuple[str, ...]
    console: str
    """The serial port, as Linux calls it."""
    firmware: Path
    """UEFI, which starts what a disk has for it."""
    variables: Path | None
    """What the firmware remembers, as it leaves the factory; None if it remembers nothing."""
    compatible: str
    """What RAUC calls it in ``tools/device-image``."""


MACHINES = {
    "x86-64": Machine(
        qemu="qemu-system-x86_64",
        options=("-machine", "q35,sata=off,smbus=off", "-cpu", "max"),
        console="ttyS0",
        firmware=Path("/usr/share/OVMF/OVMF_CODE_4M.fd"),
        variables=Path("/usr/share/OVMF/OVMF_VARS_4M.fd"),
        compatible="camerad-qemux86-64",
    ),
    "arm64": Machine(
        qemu="qemu-system-aarch64",
        # Less of a processor than "max": emulating pointer authentication costs a third.
        options=("-machine", "virt,gic-version=3", "-cpu", "cortex-a72"),
        console="ttyAMA0",
        firmware=Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin"),
        variables=None,
        compatible="camerad-qemuarm64",
    ),
}
