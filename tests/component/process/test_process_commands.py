"""The other commands: for people on the console, and for scripts."""

import json
import re
import subprocess

import pytest

from camerad import __version__
from daemon_process import CAMERAD, run_camerad


def failing(*arguments):
    """The one line of a command that must fail."""
    done = subprocess.run(
        [CAMERAD, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("camerad: ")
    return line


def test_the_version():
    assert run_camerad("--version") == f"camerad {__version__}"


@pytest.mark.parametrize(
    "command", [[], ["serve"], ["token"], ["token", "add"], ["devices"], ["config", "check"]]
)
def test_every_command_has_help(command):
    assert run_camerad(*command, "--help").startswith("usage: camerad")


@pytest.mark.parametrize(
    "command", [[], ["nothing"], ["token", "add", "a", "--role", "king"], ["serve"]]
)
def test_a_wrong_command_is_2(command):
    done = subprocess.run([CAMERAD, *command], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "http", "8080.0", ""])
def test_a_wrong_port_is_2(port, tmp_path):
    done = subprocess.run(
        [CAMERAD, "serve", "--state", tmp_path, f"--http-port={port}"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "port" in done.stderr.splitlines()[-1]


class TestToken:
    @pytest.fixture
    def state(self, tmp_path):
        return tmp_path / "state"

    def test_add_prints_the_token_and_nothing_else(self, state):
        secret = run_camerad("token", "add", "ci", "--role", "viewer", "--state", state)
        assert re.fullmatch(r"[A-Za-z0-9_-]{40,}", secret)
        stored = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
        assert secret.encode() not in stored

    def test_list_tells_all_but_the_secret(self, state):
        secrets = [
            run_camerad("token", "add", "a", "--role", "viewer", "--state", state),
            run_camerad("token", "add", "b", "--role", "admin", "--expires", "7", "--state", state),
        ]
        listed = run_camerad("token", "list", "--state", state)
        first, second = (line.split("\t") for line in listed.splitlines())
        assert first[:2] == ["a", "viewer"]
        assert first[3] == "never"
        assert second[:2] == ["b", "admin"]
        assert second[2] < second[3]
        assert not any(secret in listed for secret in secrets)

    def test_revoke_ends_it(self, state):
        run_camerad("token", "add", "a", "--role", "viewer", "--state", state)
        assert run_camerad("token", "revoke", "a", "--state", state) == ""
        assert run_camerad("token", "list", "--state", state) == ""

    @pytest.mark.parametrize(
        "arguments",
        [
            ("add", "a", "--role", "viewer"),
            ("add", "", "--role", "viewer"),
            ("add", "a\nb", "--role", "viewer"),
            ("add", "b", "--role", "viewer", "--expires", "0"),
            ("add", "b", "--role", "viewer", "--expires", "nan"),
            ("add", "b", "--role", "viewer", "--expires", "1e9"),
            ("revoke", "nobody"),
        ],
    )
    def test_what_cannot_be_done_is_one_line(self, state, arguments):
        run_camerad("token", "add", "a", "--role", "viewer", "--state", state)
        failing("token", *arguments, "--state", state)

    def test_a_state_that_cannot_be_is_one_line(self, tmp_path):
        (tmp_path / "file").touch()
        failing("token", "list", "--state", tmp_path / "file")


class TestDevices:
    """udev shows no stand-in; what a real node is listed as stands in hil/."""

    def test_json_is_for_programs(self):
        listed = json.loads(run_camerad("devices", "--json"))
        assert all(device["device"].startswith("/dev/video") for device in listed)

    def test_people_are_told_when_there_is_none(self):
        assert run_camerad("devices")


class TestConfigCheck:
    def test_a_good_file(self, tmp_path):
        config = tmp_path / "camerad.toml"
        config.write_text("[camera]\ndefault_framerate = 25\n")
        assert run_camerad("config", "check", config) == f"{config} is good"

    def test_a_bad_one_is_told_all_at_once(self, tmp_path):
        config = tmp_path / "camerad.toml"
        config.write_text("[camera]\nnonsense = 1\nmax_age = 'x'\n[stream]\nmax_clients = 0\n")
        done = subprocess.run(
            [CAMERAD, "config", "check", config], check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (2, "")
        for key in ("camera.nonsense", "camera.max_age", "stream.max_clients"):
            assert f"{config}: {key}" in done.stderr

    def test_a_missing_one(self, tmp_path):
        done = subprocess.run(
            [CAMERAD, "config", "check", tmp_path / "no"], check=False, capture_output=True
        )
        assert done.returncode == 2
        assert b"No such file" in done.stderr
