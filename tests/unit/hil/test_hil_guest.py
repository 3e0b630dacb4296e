"""How a virtual machine boots, played by programs that take no QEMU."""

import importlib
import sys

import pytest

LOST_RACE = "[    1.226168] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI\n" + 300 * "[ 1.227] ? a call\n"
NO_ROOT = "Kernel panic - not syncing: VFS: Unable to mount root fs"
ANSWER = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as server:
    while True:
        server.accept()[0].sendall(b"SSH-2.0-guest")
"""


@pytest.fixture
def guest(tmp_path):
    """It ends with each of the ``panics`` on its console in turn; then it answers."""
    machine = importlib.import_module("machines").MACHINES["x86-64"]
    console = tmp_path / "console.log"

    class Played(importlib.import_module("guest").Guest):
        def __init__(self):
            super().__init__(tmp_path, machine, console)
            self.panics = []

        def _make_keys(self):
            """They would take OpenSSH, and nobody logs in."""

        def _command(self):
            if self.panics:
                panic = f"open({str(console)!r}, 'w').write({self.panics.pop(0)!r})"
                return [sys.executable, "-c", panic]
            return [sys.executable, "-c", ANSWER, str(self._ssh_port)]

    guest = Played()
    yield guest
    guest.stop()


def test_it_is_booted_again_after_a_race_that_qemu_lost(guest, caplog):
    guest.panics = [LOST_RACE, LOST_RACE]
    guest.start()
    guest.await_boot()
    assert caplog.text.count("booting again") == 2


def test_any_other_end_is_the_end(guest):
    guest.panics = [NO_ROOT]
    guest.start()
    with pytest.raises(importlib.import_module("device").BootFailed, match="Unable to mount"):
        guest.await_boot()
