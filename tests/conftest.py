"""What tests of several groups share: camerad itself, as a process."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from daemon_process import ROLES, DaemonProcess, add_token


@pytest.fixture(scope="session")
def prepared_state(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The state of a daemon that has been started before, so that it has its first user, with a
    token added for each role: made once, and copied for each daemon.
    """
    state = tmp_path_factory.mktemp("prepared") / "state"
    assert DaemonProcess(state, {}).start().stop() == 0
    return state, {role: add_token(state, role, role) for role in ROLES}


@pytest.fixture
def daemon(
    tmp_path: Path, prepared_state: tuple[Path, dict[str, str]]
) -> Iterator[Callable[..., DaemonProcess]]:
    """`daemon(*args, env=..., fresh=...)` starts a camerad of its own, of which it gives the
    `DaemonProcess`. A fresh one is at its first start, with no tokens but the one that this makes.

    All of them are stopped after the test, which fails if one does not end well by SIGTERM, or if
    a traceback or a secret stands in its log.
    """
    template, tokens = prepared_state
    started: list[DaemonProcess] = []

    def start(
        *args: str, env: Mapping[str, str] | None = None, fresh: bool = False
    ) -> DaemonProcess:
        state = tmp_path / f"state-{len(started)}"
        if not fresh:
            shutil.copytree(template, state)
        process = DaemonProcess(state, {} if fresh else tokens)
        started.append(process)
        return process.start(*args, env=env)

    yield start
    exit_codes = [process.stop() for process in started]
    for process, exit_code in zip(started, exit_codes, strict=True):
        assert (exit_code, process.leaks()) == (0, []), process.log()
