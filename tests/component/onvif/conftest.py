"""Cameras of others in a hall of machines, and a daemon among them."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hall import PEERS, Hall, Host

from daemon_process import DaemonProcess
from npm import node_modules


class Camera(NamedTuple):
    """A peer that both is discovered and speaks SOAP."""

    uuid: str
    host: Host

    @property
    def address(self) -> str:
        return f"http://{self.host.address}:8000/onvif/device_service"


@pytest.fixture(scope="module")
def modules() -> Path:
    """The packages of the peers."""
    return node_modules(PEERS)


@pytest.fixture(scope="module")
def hall(modules: Path) -> Iterator[Hall]:  # noqa: ARG001 - no registry can be reached from there
    """All of a module's tests are in it."""
    try:
        hall = Hall().__enter__()
    except PermissionError:
        pytest.skip("network namespaces take root")
    yield hall
    hall.__exit__()


@pytest.fixture(scope="module")
def camera(hall: Hall, modules: Path) -> Callable[..., Camera]:
    """`camera(model, clock_offset_s, scopes)` puts a camera into the hall: WS-Discovery by the
    package WSDiscovery, SOAP by Node's package soap and ONVIF's own WSDL. Its user is `hall`, with
    the password `very secret`.
    """

    def camera(model: str, clock_offset_s: float = 0, scopes: tuple[str, ...] = ()) -> Camera:
        # Where it hears a probe over both, WSDiscovery answers over the wrong one and dies of it.
        host = hall.host(ipv6=False)
        device = ["node", PEERS / "device.js", host.address, wsdl_folder(), clock_offset_s, model]
        host.run(*device, env={"NODE_PATH": str(modules)})
        # As devices do that have no address yet when they begin.
        xaddr = "http://0.0.0.0:8000/onvif/device_service"
        uuid = host.run(sys.executable, PEERS / "publisher.py", xaddr, *scopes)
        return Camera(uuid, host)

    return camera


@pytest.fixture(scope="module")
def serving(
    hall: Hall,  # noqa: ARG001 - for the namespace that the daemon is to be in
    tmp_path_factory: pytest.TempPathFactory,
    prepared_state: tuple[Path, dict[str, str]],
) -> Iterator[Callable[[str], DaemonProcess]]:
    """`serving(settings)` starts a daemon in the hall, for the rest of the module."""
    started: list[DaemonProcess] = []

    def serve(settings: str) -> DaemonProcess:
        folder = tmp_path_factory.mktemp("hall")
        shutil.copytree(prepared_state[0], folder / "state")
        (folder / "camerad.toml").write_text(f"[limits]\nenabled = false\n{settings}")
        started.append(DaemonProcess(folder / "state", prepared_state[1]))
        return started[-1].start("--config", str(folder / "camerad.toml"), "--bind", "0.0.0.0")

    yield serve
    for process in started:
        assert (process.stop(), process.leaks()) == (0, []), process.log()


def wsdl_folder() -> Path:
    spec = importlib.util.find_spec("onvif")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "wsdl"


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Has a figure stand in the output of a test that passes, too."""

    def tell(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    return tell
