"""What tests of several groups share: camerad itself, as a process."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from daemon_process import ROLES, DaemonProcess, add_token


@pytest.fixture(scope="session")
def prepared_state(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A state directory with a token for each role, made once and copied for each daemon."""
    state = tmp_path_factory.mktemp("prepared") / "state"
    return state, {role: add_token(state, role) for role in ROLES}


@pytest.fixture
def daemon(
    tmp_path: Path, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[Callable[..., DaemonProcess]]:
    """`daemon(*args, env=...)` starts a camerad of its own and gives the `DaemonProcess`.

    All of them are stopped after the test, which fails if one does not end well by SIGTERM, or if
    a traceback or a token stands in its log.
    """
    template, tokens = prepared_state
    started: list[DaemonProcess] = []

    def start(*args: str, env: Mapping[str, str] | None = None) -> DaemonProcess:
        state = tmp_path / f"state-{len(started)}"
        shutil.copytree(template, state)
        process = DaemonProcess(state, tokens)
        started.append(process)
        return process.start(*args, env=env)

    yield start
    exit_codes = [process.stop() for process in started]
    for process, exit_code in zip(started, exit_codes, strict=True):
        assert (exit_code, process.leaks()) == (0, []), process.log()
