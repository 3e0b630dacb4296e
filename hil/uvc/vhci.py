"""The ports of vhci_hcd, the kernel's virtual USB host controller."""

import time
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket, socketpair

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
HIGH_SPEED = 3
FREE, FAILED = 4, 7
"""VDEV_ST_NULL and VDEV_ST_ERROR of usbip_common.h."""
TIMEOUT_S = 20


class PortBusy(Exception):
    pass


class Vhci:
    def __init__(self, controller: Path = CONTROLLER) -> None:
        self._controller = controller

    def attach(self, port: int) -> socket:
        """Plug a device in; gives the device's end of the connection."""
        self._await_free(port)
        ours, kernels = socketpair(AF_UNIX, SOCK_STREAM)
        with kernels:
            device_number = 1 << 16 | port + 1
            line = f"{port} {kernels.fileno()} {device_number} {HIGH_SPEED}"
            try:
                (self._controller / "attach").write_text(line)
            except OSError:
                ours.close()
                raise
        return ours

    def detach(self, port: int) -> None:
        """Pull the plug; returns when the kernel has let go of the connection."""
        (self._controller / "detach").write_text(str(port))
        self._await_free(port)

    def _await_free(self, port: int) -> None:
        deadline_s = time.monotonic() + TIMEOUT_S
        while (status := self._status(port)) != FREE:
            if time.monotonic() > deadline_s:
                raise PortBusy(f"USB port {port} is in state {status}, not free")
            time.sleep(0.005)  # sysfs tells no one of changes here

    def _status(self, port: int) -> int:
        rows = (line.split() for line in (self._controller / "status").read_text().splitlines())
        states = {int(row[1]): int(row[2]) for row in rows if row[0] in {"hs", "ss"}}
        return states[port]
