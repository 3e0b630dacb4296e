"""A device with two slots: the real RAUC on a bus of its own, a bootloader of a few lines, and
files for the slots. Only the restart is not real: a service in logind's place notes the order.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from signed_bundles import COMPATIBLE

SLOT_BYTES = 256 * 1024

SYSTEM_CONF = """
[system]
compatible={compatible}
bootloader=custom
data-directory={folder}/rauc
statusfile={folder}/rauc/status
mountprefix={folder}/mnt
activate-installed=false
[handlers]
bootloader-custom-backend={folder}/bootloader
pre-install={folder}/pre-install
[keyring]
path={certificate}
check-crl=false
[slot.rootfs.0]
device={folder}/A.img
type=raw
bootname=A
[slot.rootfs.1]
device={folder}/B.img
type=raw
bootname=B
"""

# As GRUB does: a slot that is to be started first is good until it has failed.
BOOTLOADER = """#!/bin/sh
cd {folder}/boot
case $1 in
    get-primary) cat primary ;;
    set-primary) echo $2 >primary; echo good >$2 ;;
    get-state) cat $2 ;;
    set-state) echo $3 >$2 ;;
esac
"""

PRE_INSTALL = """#!/bin/sh
while [ -e {folder}/hold ]; do sleep 0.02; done
"""

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""

SERVICE = "[D-BUS Service]\nName={name}\nExec={command}\n"


class RaucMachine:
    """Between ``start`` and ``stop`` there is a bus, which starts RAUC and logind when needed."""

    def __init__(self, folder: Path, certificate: Path) -> None:
        self.folder = folder
        self._bus: subprocess.Popen[bytes] | None = None
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        for name in ("boot", "services", "rauc", "mnt", "notes"):
            (folder / name).mkdir()
        values = {"folder": folder, "compatible": COMPATIBLE, "certificate": certificate}
        self._write("system.conf", SYSTEM_CONF.format(**values))
        self._write("bootloader", BOOTLOADER.format(**values), 0o755)
        self._write("pre-install", PRE_INSTALL.format(**values), 0o755)
        self._write("bus.conf", BUS.format(**values))
        for slot, state in {"A": "good", "B": "bad"}.items():
            self._write(f"boot/{slot}", state)
            (folder / f"{slot}.img").write_bytes(slot.encode() * SLOT_BYTES)
        self._write("boot/primary", "A")
        self._notify.bind(str(folder / "notify"))
        self.start_from("A")
        login = f"{sys.executable} {Path(__file__).with_name('fake_logind.py')} {folder}/restarted"
        self.provide("org.freedesktop.login1", login)

    @property
    def env(self) -> dict[str, str]:
        """For a camerad that runs as a service of this machine."""
        return {
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/bus",
            "NOTIFY_SOCKET": str(self.folder / "notify"),
        }

    @property
    def restarted(self) -> bool:
        return (self.folder / "restarted").exists()

    def start(self) -> None:
        command = ["dbus-daemon", "--nofork", f"--config-file={self.folder}/bus.conf"]
        with (self.folder / "bus.log").open("wb") as log:
            self._bus = subprocess.Popen(command, stderr=log)
        wait_until((self.folder / "bus").exists)

    def stop(self) -> None:
        """The services end with their bus; RAUC may have had a bundle mounted."""
        (self.folder / "hold").unlink(missing_ok=True)
        if self._bus is not None:
            self._bus.terminate()
            self._bus.wait()
        self._notify.close()
        mounted = self.folder / "mnt/bundle"
        if mounted.is_mount():
            subprocess.run(["umount", "--lazy", mounted], check=True)
        self._free_loop_devices()

    def provide(self, name: str, command: str) -> None:
        self._write(f"services/{name}.service", SERVICE.format(name=name, command=command))

    def withhold(self, name: str) -> None:
        (self.folder / f"services/{name}.service").unlink()

    def start_from(self, slot: str) -> None:
        """RAUC finds, from its next start on, that this slot was started."""
        script = f"#!/bin/sh\necho $$ >{self.folder}/rauc.pid\n"
        script += f"exec rauc --conf={self.folder}/system.conf --override-boot-slot={slot} service"
        self._write("rauc-service", f"{script} 2>>{self.folder}/rauc.log\n", 0o755)
        self.provide("de.pengutronix.rauc", f"{self.folder}/rauc-service")

    def kill_rauc(self) -> None:
        """The bus starts another one with the next call."""
        os.kill(int((self.folder / "rauc.pid").read_text()), signal.SIGKILL)

    def restart_into(self, slot: str, state: Path) -> None:
        """What a restart of the device leaves behind; camerad, with this ``state``, is stopped."""
        self.start_from(slot)
        self.kill_rauc()
        (self.folder / "restarted").unlink(missing_ok=True)
        for path in (state / "firmware.json", state / "firmware.json.good"):
            memory = json.loads(path.read_text())
            memory["state"]["boot_id"] = "that of the run before"
            path.write_text(json.dumps(memory))

    def hold(self) -> None:
        """Have installations wait before they touch a slot."""
        (self.folder / "hold").touch()

    def go_on(self) -> None:
        (self.folder / "hold").unlink()

    def note(self, name: str, text: str = "") -> None:
        """What the boot units would note."""
        self._write(f"notes/{name}", text)

    def slot(self, name: str) -> bytes:
        return (self.folder / f"{name}.img").read_bytes()

    def primary(self) -> str:
        return (self.folder / "boot/primary").read_text().strip()

    def _free_loop_devices(self) -> None:
        """Those that a RAUC which was killed has left."""
        listing = ["losetup", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"]
        done = subprocess.run(listing, check=True, capture_output=True, text=True)
        for line in done.stdout.splitlines():
            device, _, backing = line.partition(" ")
            if backing.startswith(f"{self.folder.parent}/"):
                # The kernel frees some by itself, and may be quicker.
                subprocess.run(["losetup", "--detach", device], check=False, capture_output=True)

    def _write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)


def wait_until(condition: Callable[[], object], timeout_s: float = 20) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"not so within {timeout_s} s"
        time.sleep(0.02)
