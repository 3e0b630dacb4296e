"""``camerad user``, as a person and as a script use it."""

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from camerad.accounts.store import Accounts
from daemon_process import CAMERAD

PASSWORD = "correct horse"


class Commands:
    """Runs commands over one state directory."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def __call__(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CAMERAD, *arguments, "--state", self.state],
            input=typed,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    def add(self, name: str, role: str, password: str = PASSWORD) -> None:
        options = ("user", "add", name, "--role", role, "--password-stdin")
        done = self(*options, typed=f"{password}\n")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def role(self, name: str, password: str) -> str | None:
        principal = Accounts(self.state).verify_password(name, password)
        return principal and principal.role.value


@pytest.fixture
def camerad(tmp_path: Path) -> Commands:
    return Commands(tmp_path / "state")


def test_users_come_are_listed_change_and_go(camerad):
    camerad.add("jane", "admin")
    camerad.add("joe", "viewer")
    assert camerad("user", "list").stdout == "jane\tadmin\njoe\tviewer\n"
    assert camerad.role("jane", PASSWORD) == "admin"
    changed = camerad("user", "password", "joe", "--password-stdin", typed="another password")
    assert (changed.returncode, changed.stderr) == (0, "")
    assert (camerad.role("joe", PASSWORD), camerad.role("joe", "another password")) == (
        None,
        "viewer",
    )
    assert camerad("user", "role", "joe", "--role", "operator").returncode == 0
    assert camerad.role("joe", "another password") == "operator"
    assert camerad("user", "remove", "joe").returncode == 0
    assert camerad("user", "list").stdout == "jane\tadmin\n"


@pytest.mark.parametrize(
    ("arguments", "typed", "complaint"),
    [
        (
            ("add", "jane", "--role", "viewer", "--password-stdin"),
            PASSWORD,
            "a user 'jane' already",
        ),
        (("add", "a:b", "--role", "viewer", "--password-stdin"), PASSWORD, "A name has"),
        (("add", "joe", "--role", "viewer", "--password-stdin"), "short", "at least 10 characters"),
        (("add", "joe", "--role", "viewer"), PASSWORD, "use --password-stdin"),
        (("password", "joe", "--password-stdin"), PASSWORD, "There is no user 'joe'"),
        (("role", "joe", "--role", "admin"), "", "There is no user 'joe'"),
        (("role", "jane", "--role", "viewer"), "", "The last administrator stays"),
        (("remove", "joe"), "", "There is no user 'joe'"),
        (("remove", "jane"), "", "The last administrator stays"),
    ],
)
def test_what_cannot_be_is_one_line_and_changes_nothing(camerad, arguments, typed, complaint):
    camerad.add("jane", "admin")
    before = (camerad.state / "accounts.json").read_bytes()
    done = camerad("user", *arguments, typed=typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert (camerad.state / "accounts.json").read_bytes() == before


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Both ends: the person's, and the program's."""
    person, program = pty.openpty()
    yield person, program
    os.close(person)
    os.close(program)


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, 0), ("correct horsf", 2)])
def test_a_person_is_asked_twice_and_sees_nothing_of_it(camerad, terminal, second, code):
    person, program = terminal
    process = subprocess.Popen(
        [CAMERAD, "user", "add", "jane", "--role", "admin", "--state", camerad.state],
        stdin=program,
        stdout=program,
        stderr=program,
        start_new_session=True,  # else it would ask at the terminal of who runs the tests
    )
    seen = b""
    for prompt, answer in ((b"Password: ", PASSWORD), (b"The same again: ", second)):
        while prompt not in seen:
            seen += os.read(person, 1024)
        os.write(person, f"{answer}\n".encode())
    assert process.wait(10) == code
    assert PASSWORD.encode() not in seen
    assert camerad.role("jane", PASSWORD) == (None if code else "admin")
