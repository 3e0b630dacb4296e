"""The machines that QEMU plays, without acceleration, so that they run anywhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    qemu: str
    options: tuple[str, ...]
    console: str
    """The serial port, as Linux calls it."""


MACHINES = {
    "x86-64": Machine(
        qemu="qemu-system-x86_64",
        options=("-machine", "q35,sata=off,smbus=off", "-cpu", "max"),
        console="ttyS0",
    ),
    "arm64": Machine(
        qemu="qemu-system-aarch64",
        # Less of a processor than "max": emulating pointer authentication costs a third.
        options=("-machine", "virt,gic-version=3", "-cpu", "cortex-a72"),
        console="ttyAMA0",
    ),
}
