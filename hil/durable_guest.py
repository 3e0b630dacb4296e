"""A test device whose films outlive it, as on a card."""

import subprocess
from pathlib import Path

from camerad_service import STATE
from guest import Guest
from machines import Machine

MEDIA = f"{STATE}/media"
CAMERA = "pattern:320x240@10"
SIZE_BYTES = 256 << 20


class DurableGuest(Guest):
    """One run of a machine with a second disk: an ext4 file system for the films.

    What the machine's own disk has taken is in ``disk``, also when the machine is killed; what
    Linux had not handed to the disk yet, or only to its queue, is gone, as by a power cut.
    """

    def __init__(self, image: Path, machine: Machine, console_log: Path, disk: Path) -> None:
        super().__init__(image, machine, console_log)
        self._disk = disk

    def mount(self) -> None:
        """Where camerad, which must not run, will keep its films."""
        self.ssh.run(
            f"install -d -m 0700 -o camerad -g camerad {STATE} {MEDIA}"
            f" && mount -t ext4 /dev/vdb {MEDIA} && chown camerad: {MEDIA}"
        )

    def _command(self) -> list[str]:
        return [*super()._command(), "-drive", f"file={self._disk},if=virtio,format=raw"]


def make_disk(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(SIZE_BYTES)
    subprocess.run(["/usr/sbin/mkfs.ext4", "-q", path], check=True)
    return path
