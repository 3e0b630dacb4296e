"""What the machine is doing, in figures that were measured: nothing is made up."""

import asyncio
import socket
import time
from typing import Final

from msgspec import Struct

from camerad.system.interfaces import is_running, link_flags

MIB: Final = 1024**2

CPU_SAMPLE_S: Final = 0.1
CPU_FRESH_S: Final = 1.0
"""How long a measured CPU usage is answered again, so that polling costs no further samples."""


class Space(Struct, frozen=True):
    """Of memory or a file system, in MiB."""

    total: int
    available: int
    used: int

    @classmethod
    def of_bytes(cls, total: int, available: int) -> "Space":
        return cls(total // MIB, available // MIB, total // MIB - available // MIB)


class Link(Struct, frozen=True):
    """How the device is reached."""

    ip: str | None
    hostname: str
    connected: bool


class Figures:
    """Reads the kernel's own figures by psutil, which is loaded with the first question."""

    def __init__(self) -> None:
        self.started_at_s = time.monotonic()
        self._cpu_percent = 0.0
        self._cpu_at_s = float("-inf")

    def uptime_s(self) -> int:
        """Whole seconds since the daemon started."""
        return int(time.monotonic() - self.started_at_s)

    async def cpu_percent(self) -> float:
        """Usage of all processors together, 0..100, over the time since the last question."""
        import psutil  # noqa: PLC0415 - loaded late: the first picture does not wait for it

        if time.monotonic() - self._cpu_at_s > CPU_FRESH_S:
            if self._cpu_at_s == float("-inf"):
                psutil.cpu_percent()
                await asyncio.sleep(CPU_SAMPLE_S)
            self._cpu_percent = psutil.cpu_percent()
            self._cpu_at_s = time.monotonic()
        return self._cpu_percent

    def temperature_c(self) -> float | None:
        """The hottest sensor of the machine in °C; None where it has none."""
        import psutil  # noqa: PLC0415

        sensors = psutil.sensors_temperatures()
        readings = [reading.current for group in sensors.values() for reading in group]
        return round(max(readings), 1) if readings else None

    def memory(self) -> Space:
        import psutil  # noqa: PLC0415

        memory = psutil.virtual_memory()
        return Space.of_bytes(memory.total, memory.available)

    def link(self) -> Link:
        """The address that other machines see, by the routing table; no packet is sent."""
        address = primary_address()
        return Link(address, socket.gethostname(), address is not None)


def primary_address() -> str | None:
    """The address by which other machines most likely reach this one."""
    return _routed_address() or _any_address()


def _routed_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address for documentation (RFC 5737): a UDP connect only looks up the route.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _any_address() -> str | None:
    """The first address of an interface that is up, for networks without a default route."""
    import psutil  # noqa: PLC0415

    for name, addresses in psutil.net_if_addrs().items():
        for address in addresses:
            usable = address.family is socket.AF_INET and not address.address.startswith("127.")
            if usable and is_running(link_flags(name)):
                return str(address.address)
    return None
