import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from camerad_service import CameradService
from guest import Guest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Kept after the run, for a person to look at."""
    folder = CHECKOUT / ".cache" / "hil"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def image() -> Path:
    command = [CHECKOUT / "tools" / "device-image"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, "there is no image to boot: the messages above say why"
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def guest(image: Path, artefacts: Path) -> Iterator[Guest]:
    """One machine for all tests: a boot takes half a minute."""
    machine = Guest(image, console_log=artefacts / "console.log")
    try:
        yield machine.start()
    finally:
        machine.stop()


@pytest.fixture(scope="session")
def vivid(guest: Guest) -> str:
    """The node of the kernel's own virtual camera, a webcam by its input."""
    guest.ssh.run("modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=0 num_inputs=1 input_types=0")
    guest.ssh.run("udevadm settle && test -c /dev/video0")
    return "/dev/video0"


@pytest.fixture(scope="session")
def camerad(guest: Guest, artefacts: Path) -> Iterator[CameradService]:
    """The unit of the device. After all tests, its journal is searched for what none expects."""
    service = CameradService(guest)
    yield service
    journal = service.journal()
    (artefacts / "journal.log").write_text(journal)
    unwanted = ("Traceback", "Scheduled restart job", *service.secrets())
    assert [words for words in unwanted if words in journal] == [], journal
