"""A test device that starts as devices do: firmware, bootloader, slot."""

import base64
import shutil
import subprocess
import threading
from pathlib import Path

from device import HTTP_PORT
from guest import Guest
from machines import Machine

SSH_FILES = {"host": "ssh_host_ed25519_key", "client.pub": "authorized_keys"}


class DiskGuest(Guest):
    """One run of a machine. Its disk outlives it, with all that it has been sent, as when the
    power of a real one goes; what Linux has not written is lost.

    When it resets itself QEMU ends, and is started again: the firmware hangs now and then in a
    reset within one QEMU.
    """

    def __init__(self, machine: Machine, console_log: Path, disk: Path) -> None:
        super().__init__(disk.parent, machine, console_log)
        self._disk = disk
        self._power = threading.Lock()
        self._is_on = False
        self._resets = threading.Thread(target=self._start_again, daemon=True)

    def start(self) -> None:
        super().start()
        self._is_on = True
        self._resets.start()

    def stop(self) -> None:
        assert self._qemu is not None
        with self._power:
            self._is_on = False
            self._qemu.kill()
        self._resets.join()
        super().stop()

    def _boot_ended(self) -> None:
        """It is being started again, unless QEMU has failed."""
        assert self._qemu is not None
        if self._qemu.returncode != 0:
            super()._boot_ended()

    def _start_again(self) -> None:
        while self._qemu is not None and self._qemu.wait() == 0:
            with self._power:
                if not self._is_on:
                    return
                self._qemu = self._launch()

    def _make_keys(self) -> None:
        super()._make_keys()
        lines = (
            f"f+~ /data/ssh/{there} 0600 root root - {_base64(self._scratch / here)}\n"
            for here, there in SSH_FILES.items()
        )
        (self._scratch / "tmpfiles").write_text("".join(lines))

    def _command(self) -> list[str]:
        ports = {self._ssh_port: 22, self._http_port: HTTP_PORT}
        forwarded = "".join(
            f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in ports.items()
        )
        return [
            *("setpriv", "--pdeathsig", "KILL", self._machine.qemu),
            *(*self._machine.options, "-smp", "2", "-m", "1024"),
            *("-accel", "tcg,thread=multi,tb-size=512"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-chardev", f"file,id=console,path={self._console_log},append=on"),
            *("-serial", "chardev:console"),
            *self._firmware(),
            # The power of this machine stays on: nothing need be flushed on the guest's behalf.
            *("-drive", f"file={self._disk},if=virtio,format=raw,cache=unsafe"),
            *("-netdev", f"user,id=net,restrict=on{forwarded}"),
            *("-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci"),
            "-fw_cfg",
            f"name=opt/io.systemd.credentials/tmpfiles.extra,file={self._scratch}/tmpfiles",
        ]

    def _firmware(self) -> list[str]:
        code, template = self._machine.firmware, self._machine.variables
        if template is None:
            return ["-bios", str(code)]
        variables = self._scratch / "variables.fd"
        shutil.copyfile(template, variables)
        flash = "if=pflash,format=raw"
        return [
            *("-drive", f"{flash},unit=0,readonly=on,file={code}"),
            *("-drive", f"{flash},unit=1,file={variables}"),
        ]


def copy_disk(image: Path, disk: Path) -> Path:
    """Of an image that ``tools/device-image`` made; as sparse as that one."""
    subprocess.run(["cp", "--sparse=always", image / "disk.img", disk], check=True)
    return disk


def _base64(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
