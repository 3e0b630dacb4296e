"""Who holds a device that is busy."""

import errno
import subprocess
import sys

import pytest

from camerad.capture.faults import explained
from camerad.capture.source import CameraFault


def test_names_the_process_that_holds_the_device(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    link = tmp_path / "by-id"
    link.symlink_to(device)
    script = "import sys; held = open(sys.argv[1]); print(flush=True); input()"
    command = [sys.executable, "-c", script, str(device)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(CameraFault) as fault, explained(str(link), "be opened"):
            raise OSError(errno.EBUSY, "busy")
        holder.communicate(b"\n")
    assert f", pid {holder.pid})" in str(fault.value)


def test_does_not_accuse_itself(tmp_path):
    device = tmp_path / "video0"
    with (
        device.open("w"),
        pytest.raises(CameraFault) as fault,
        explained(str(device), "be opened"),
    ):
        raise OSError(errno.EBUSY, "busy")
    assert str(fault.value).endswith("another process holds it")
