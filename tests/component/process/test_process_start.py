"""What can be wrong with a start: one line, exit code 2; and what a start tells."""

import os
import signal
import socket
import subprocess
import time

import pytest
import requests

from daemon_process import CAMERAD, DaemonProcess, free_port
from standin import Camera, environment


def unprivileged(command):
    """Run it without root's power to read and write everything, as a service would."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]


@pytest.fixture
def refused(tmp_path):
    """`refused(*args)` starts camerad, which must not start; gives the line that says why."""

    def refused(*args, env=None):
        defaults = {
            "--state": tmp_path / "state",
            "--bind": "127.0.0.1",
            "--http-port": free_port(),
            "--https-port": 0,
            "--camera": "pattern",
        }
        options = [str(part) for pair in defaults.items() if pair[0] not in args for part in pair]
        done = subprocess.run(
            unprivileged([CAMERAD, "serve", *options, *map(str, args)]),
            check=False,
            capture_output=True,
            text=True,
            timeout=20,
            env={**os.environ, **(env or {})},
        )
        lines = done.stderr.splitlines()
        assert (done.returncode, done.stdout, len(lines)) == (2, "", 1), done.stderr + done.stdout
        assert lines[0].startswith("camerad: ")
        return lines[0]

    return refused


def test_a_port_that_is_taken(refused):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for option in ("--http-port", "--https-port"):
            line = refused(option, port)
            assert f"port {port} on 127.0.0.1 is taken" in line
            assert option in line


def test_no_port_at_all(refused):
    assert "both HTTP and HTTPS are turned off" in refused("--http-port", 0)


@pytest.mark.parametrize("address", ["192.0.2.99", "nonsense", "127.0.0.1.5", "2001:db8::99"])
def test_an_address_of_another_machine(refused, address):
    assert "--bind" in refused("--bind", address)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[camera\n", "is no TOML"),
        ("[camera]\nmax_agee = 2\n", "camera.max_agee"),
        ("[camera]\nmax_age = 'old'\n", "camera.max_age"),
        ("[camera]\nmax_age = 1000\n", "camera.max_age"),
        ("[kamera]\n", "kamera"),
        ("\xff", "is no TOML"),
    ],
)
def test_a_bad_configuration(refused, tmp_path, text, reason):
    config = tmp_path / "camerad.toml"
    config.write_bytes(text.encode("latin-1"))
    line = refused("--config", config)
    assert str(config) in line
    assert reason in line


def test_a_configuration_that_cannot_be_read(refused, tmp_path):
    assert "No such file" in refused("--config", tmp_path / "missing.toml")
    config = tmp_path / "camerad.toml"
    config.touch(mode=0o000)
    assert "Permission denied" in refused("--config", config)


@pytest.mark.parametrize(
    "spec", ["", "webcam", "pattern:big", "pattern:321x240", "pattern@0", "/dev/video0:", "video0"]
)
def test_a_bad_camera(refused, spec):
    assert "camera" in refused("--camera", spec)


def test_a_device_that_this_user_may_not_use(refused, tmp_path):
    node = tmp_path / "video0"
    node.touch(mode=0o000)
    line = refused("--camera", node)
    assert f"{node}: no permission" in line
    assert "group video" in line


@pytest.mark.parametrize("reason", ["EACCES", "EPERM"])
def test_a_device_that_the_kernel_refuses(refused, reason):
    camera = Camera(failures=(f"open:{reason}",))
    assert "no permission" in refused("--camera", camera.path, env=environment(camera))


def test_a_state_directory_that_cannot_be(refused, tmp_path):
    (tmp_path / "file").touch()
    assert "file" in refused("--state", tmp_path / "file" / "state")
    assert "file" in refused("--state", tmp_path / "file")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert "Permission denied" in refused("--state", closed / "state")
    assert "Permission denied" in refused("--state", closed)


def test_a_certificate_that_is_none(refused, tmp_path):
    config, port = tmp_path / "camerad.toml", free_port()
    (tmp_path / "bad.pem").write_text("no certificate")
    config.write_text(
        f"[network]\ncertificate = '{tmp_path}/bad.pem'\nkey = '{tmp_path}/bad.pem'\n"
    )
    assert "bad.pem cannot be used" in refused("--config", config, "--https-port", port)


def test_a_start_that_failed_keeps_no_secret_to_itself(refused, tmp_path):
    """The first credentials are shown by the first start that succeeds."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused("--http-port", taken.getsockname()[1])
    assert not (tmp_path / "state" / "first-credentials").exists()


def test_the_first_start_shows_its_credentials_once(tmp_path):
    process = DaemonProcess(tmp_path / "state", {}).start()
    try:
        credentials = process.first_credentials()
        for secret in ("password", "token"):
            assert process.log().count(credentials[secret]) == 1
        assert (process.state / "first-credentials").stat().st_mode & 0o777 == 0o600
        login = credentials["user"], credentials["password"]
        for options in (
            {"auth": login},
            {"headers": {"Authorization": f"Bearer {credentials['token']}"}},
        ):
            assert requests.get(f"{process.url}/api/info", timeout=10, **options).status_code == 200
        assert process.stop() == 0
        process.start()
        assert process.log().count(credentials["password"]) == 1
    finally:
        process.stop()


def test_a_journal_is_not_shown_them(tmp_path):
    process = DaemonProcess(tmp_path / "state", {}).start(env={"JOURNAL_STREAM": "8:1"})
    assert process.stop() == 0
    assert process.first_credentials()["password"] not in process.log()
    assert "first-credentials" in process.log()


def test_the_state_is_its_owners_alone(daemon):
    process = daemon(fresh=True)
    assert process.state.stat().st_mode & 0o777 == 0o700


def test_a_level_of_the_log_is_taken_from_the_configuration(daemon, tmp_path):
    config = tmp_path / "camerad.toml"
    config.write_text("[logging]\nlevel = 'debug'\n")
    process = daemon("--config", str(config))
    requests.get(f"{process.url}/nothing?token={process.token('admin')}", timeout=10)
    assert "GET /nothing 404" in process.log()


class Manager:
    """The service manager's end of sd_notify(3)."""

    def __init__(self, path):
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(10)

    def hear(self):
        return self._socket.recv(4096).decode()

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


def test_the_service_manager_is_told(daemon, manager):
    process = daemon(env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"})
    assert manager.hear() == f"READY=1\nSTATUS=Serving {process.url}/"
    heard_at_s = []
    for _ in range(10):
        assert manager.hear() == "WATCHDOG=1"
        heard_at_s.append(time.monotonic())
    assert 0.75 < heard_at_s[-1] - heard_at_s[0] < 1.6
    os.kill(process.pid, signal.SIGTERM)
    while (message := manager.hear()) == "WATCHDOG=1":
        pass
    assert message == "STOPPING=1"


def test_ready_means_ready(daemon, manager):
    process = daemon(env={"NOTIFY_SOCKET": manager.path})
    assert "READY=1" in manager.hear()
    requests.get(f"{process.url}/health", timeout=1)
