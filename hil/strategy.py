"""How a device gets from one state to another, whatever it is."""

import enum

import attr
from labgrid.factory import target_factory
from labgrid.strategy import Strategy

from console_log import ConsoleLog
from device import Device
from drivers import ARTEFACTS

SERVICE_TIMEOUT_S = 240
"""An emulated processor takes ten seconds to import Python's libraries, on a busy machine more."""


class Status(enum.Enum):
    UNKNOWN = "unknown"
    OFF = "off"
    BOOTED = "booted"
    SERVICE_UP = "service_up"


@target_factory.reg_driver
@attr.s(eq=False)
class DeviceStrategy(Strategy):
    """A virtual machine keeps its console's log itself, so that it has no console here."""

    bindings = {  # noqa: RUF012 - labgrid's way to declare them
        "power": "PowerProtocol",
        "device": "Device",
        "console": {"SerialDriver", None},
    }
    status: Status = attr.ib(default=Status.UNKNOWN)
    _log: ConsoleLog | None = attr.ib(default=None, init=False)

    def transition(self, status: str) -> None:
        """Bring the device into a state: off, booted (SSH answers) or service_up (camerad too)."""
        wanted, before = Status(status), self.status
        if wanted is before:
            return
        self.status = Status.UNKNOWN
        if wanted is Status.OFF:
            self._switch_off()
        elif wanted is Status.SERVICE_UP:
            self._start_service(before)
        elif before is Status.SERVICE_UP:
            self._device.ssh.run("systemctl stop camerad")
        else:
            self._boot()
        self.status = wanted

    def _switch_off(self) -> None:
        """As by pulling the power plug."""
        self.target.activate(self.power)
        self.power.off()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _boot(self) -> None:
        self._switch_off()
        if self.console is not None:
            self.target.activate(self.console)
            ARTEFACTS.mkdir(parents=True, exist_ok=True)
            self._log = ConsoleLog(self.console.serial, ARTEFACTS / "console.log")
        self.power.on()
        self.target.activate(self.device)
        self._device.await_boot()

    def _start_service(self, before: Status) -> None:
        if before is not Status.BOOTED:
            self._boot()
        self._device.ssh.run("systemctl start camerad", timeout_s=SERVICE_TIMEOUT_S)

    @property
    def _device(self) -> Device:
        device: Device = self.device
        return device
