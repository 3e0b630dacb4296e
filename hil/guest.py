"""The test device as a virtual machine."""

import base64
import logging
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from device import HTTP_PORT, HTTPS_PORT, BootFailed, Device
from machines import Machine
from ssh import Ssh

logger = logging.getLogger(__name__)

BOOT_TIMEOUT_S = 400
"""Half a minute where nothing else runs."""
KERNEL_COMMAND_LINE = (
    "net.ifnames=0",
    "ip=10.0.2.15::10.0.2.2:255.255.255.0:camerad:eth0:off",
    # What only costs emulated time: a login prompt, first-boot chores, processor mitigations.
    "systemd.getty_auto=no",
    "systemd.mask=getty.target",
    "systemd.condition-needs-update=0",
    "mitigations=off",
    # Ends QEMU, which is told not to reboot.
    "panic=1",
)
LOST_RACE = "Oops: int3"
"""What Linux says as it panics when QEMU before 8.1 lets one processor run, as it was for a moment,
an instruction that another one replaces. It is once in hundreds of boots, and no device's fault."""


class Guest(Device):
    """One run of a machine. What it writes to its disk is lost when it stops."""

    def __init__(self, image: Path, machine: Machine, console_log: Path) -> None:
        self._image = image
        self._machine = machine
        self._console_log = console_log
        self._scratch = Path(tempfile.mkdtemp(prefix="camerad-hil-"))
        self._qemu_log = self._scratch / "qemu.log"
        self._ssh_port, self._http_port, self._https_port = free_ports(3)
        self._qemu: subprocess.Popen[bytes] | None = None
        self.ssh = Ssh(
            host="root@127.0.0.1",
            port=self._ssh_port,
            key=self._scratch / "client",
            known_hosts=self._scratch / "known_hosts",
            control=self._scratch / "control",
        )

    @property
    def url(self) -> str:
        """Where the device's plain HTTP is on this machine."""
        return f"http://127.0.0.1:{self._http_port}"

    @property
    def https_url(self) -> str:
        """As ``url``, of its HTTPS."""
        return f"https://127.0.0.1:{self._https_port}"

    def start(self) -> None:
        """Returns at once."""
        self._make_keys()
        self._console_log.write_bytes(b"")
        self._qemu = self._launch()

    def _launch(self) -> subprocess.Popen[bytes]:
        with self._qemu_log.open("ab") as log:
            return subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def await_boot(self) -> None:
        """Returns when SSH answers; raises ``BootFailed``."""
        assert self._qemu is not None
        deadline_s = time.monotonic() + BOOT_TIMEOUT_S
        while not self._answers():
            if self._qemu.poll() is not None:
                self._boot_ended()
            if time.monotonic() > deadline_s:
                raise BootFailed(f"no SSH in {BOOT_TIMEOUT_S} s:\n{self._last_words()}")
            time.sleep(0.2)  # nothing to wait on: QEMU takes connections before the guest does

    def _boot_ended(self) -> None:
        """QEMU has, before SSH answered."""
        if LOST_RACE not in self._console():
            raise BootFailed(f"QEMU ended:\n{self._last_words()}")
        logger.warning("QEMU lost its race with a kernel that patches itself; booting again")
        self._qemu = self._launch()

    def stop(self) -> None:
        """As by pulling the power plug."""
        self.ssh.close()
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait()
        shutil.rmtree(self._scratch)

    def _last_words(self) -> str:
        return self._qemu_log.read_text() + self._console()[-4000:]

    def _console(self) -> str:
        """What it has said since QEMU was started."""
        return self._console_log.read_text(errors="replace")

    def _make_keys(self) -> None:
        for name in ("client", "host"):
            command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._scratch / name)
            subprocess.run(command, check=True)
        public_key = (self._scratch / "host.pub").read_text()
        known_hosts = f"[127.0.0.1]:{self._ssh_port} {public_key}"
        (self._scratch / "known_hosts").write_text(known_hosts)
        private_key = base64.b64encode((self._scratch / "host").read_bytes()).decode()
        files = f"f~ /etc/ssh/ssh_host_ed25519_key 0600 root root - {private_key}\n"
        (self._scratch / "tmpfiles").write_text(files)

    def _command(self) -> list[str]:
        """systemd in the guest takes its keys from there as its credentials."""
        ports = {
            self._ssh_port: 22,
            self._http_port: HTTP_PORT,
            self._https_port: HTTPS_PORT,
        }
        forwarded = "".join(
            f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in ports.items()
        )
        credentials = {
            "ssh.authorized_keys.root": self._scratch / "client.pub",
            "tmpfiles.extra": self._scratch / "tmpfiles",
        }
        arguments = [
            *(*self._machine.options, "-smp", "2", "-m", "1536"),
            *("-accel", "tcg,thread=multi,tb-size=512"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-serial", f"file:{self._console_log}"),
            *("-kernel", str(self._image / "vmlinuz"), "-initrd", str(self._image / "initrd")),
            *("-append", f"console={self._machine.console} {' '.join(KERNEL_COMMAND_LINE)}"),
            *("-drive", f"file={self._image}/rootfs.squashfs,if=virtio,format=raw,readonly=on"),
            *("-netdev", f"user,id=net,restrict=on{forwarded}"),
            *("-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci"),
        ]
        for name, path in credentials.items():
            arguments += ("-fw_cfg", f"name=opt/io.systemd.credentials/{name},file={path}")
        # A test run that is killed takes its machine with it.
        return ["setpriv", "--pdeathsig", "KILL", self._machine.qemu, *arguments]

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._ssh_port), timeout=5) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False


def free_ports(count: int) -> list[int]:
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return ports
