"""labgrid's drivers of the devices that the places name."""

import subprocess
import tempfile
from pathlib import Path

import attr
from labgrid.driver import Driver
from labgrid.factory import target_factory
from labgrid.protocol import PowerProtocol

from device import HTTP_PORT, HTTPS_PORT, BootFailed, Device
from guest import Guest
from machines import MACHINES
from ssh import Ssh

CHECKOUT = Path(__file__).resolve().parent.parent
ARTEFACTS = CHECKOUT / ".cache" / "hil"
"""Kept after the run, for a person to look at."""
BOARD_BOOT_TIMEOUT_S = 300


def device_image(arch: str) -> Path:
    """Made from this checkout; its key says what from, so that nothing is made twice."""
    command = [str(CHECKOUT / "tools" / "device-image"), "--arch", arch]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BootFailed("there is no image to boot: the messages above say why")
    return Path(done.stdout.strip())


@target_factory.reg_driver
@attr.s(eq=False)
class QemuMachine(Driver, PowerProtocol, Device):
    """A virtual machine. labgrid's own QEMUDriver keeps no log of a console that nobody reads, and
    forwards no ports before the start.
    """

    arch: str = attr.ib(validator=attr.validators.in_(MACHINES))
    image: str = attr.ib(default="")
    """A folder; if none is given, ``tools/device-image`` makes it."""
    _guest: Guest | None = attr.ib(default=None, init=False)

    def on(self) -> None:
        image = Path(self.image) if self.image else device_image(self.arch)
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        guest = Guest(image, MACHINES[self.arch], console_log=ARTEFACTS / "console.log")
        guest.start()
        self._guest, self.ssh = guest, guest.ssh

    def off(self) -> None:
        """As by pulling the power plug. Does nothing if the machine is off."""
        if self._guest is not None:
            self._guest.stop()
            self._guest = None

    def cycle(self) -> None:
        self.off()
        self.on()

    def await_boot(self) -> None:
        self.guest.await_boot()

    @property
    def guest(self) -> Guest:
        assert self._guest is not None, "the machine is off"
        return self._guest

    @property
    def url(self) -> str:
        return self.guest.url

    @property
    def https_url(self) -> str:
        return self.guest.https_url


@target_factory.reg_driver
@attr.s(eq=False)
class NetworkBoard(Driver, Device):
    """A board that is reached over the network; something else switches its supply."""

    bindings = {"service": "NetworkService"}  # noqa: RUF012 - labgrid's way to declare them
    key: str = attr.ib(validator=attr.validators.instance_of(str))
    """The file of the SSH key that the board knows."""

    def on_activate(self) -> None:
        scratch = Path(tempfile.mkdtemp(prefix="camerad-hil-"))
        self.ssh = Ssh(
            host=f"{self.service.username}@{self.service.address}",
            port=self.service.port,
            key=Path(self.key).expanduser(),
            known_hosts=Path("~/.ssh/known_hosts").expanduser(),
            control=scratch / "control",
        )

    def on_deactivate(self) -> None:
        self.ssh.close()

    def await_boot(self) -> None:
        if not self.ssh.answers_within(BOARD_BOOT_TIMEOUT_S):
            raise BootFailed(f"{self.service.address}: no SSH in {BOARD_BOOT_TIMEOUT_S} s")

    @property
    def url(self) -> str:
        return f"http://{self.service.address}:{HTTP_PORT}"

    @property
    def https_url(self) -> str:
        return f"https://{self.service.address}:{HTTPS_PORT}"
