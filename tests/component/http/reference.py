"""The customer's reference of the API, as a program reads it."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from daemon_process import DaemonProcess

TEXT = (Path(__file__).parents[2] / "data" / "http-api-reference.txt").read_text()
TOKEN = "1a2B3c4D5e6f7G8h"
HOST = "http://192.168.1.100:8080"
LOGIN = "admin:password"
ISO_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def curl_lines(path: str) -> list[str]:
    """All curl commands that the reference prints for a path, continued lines joined."""
    joined = TEXT.replace("\\\n", "")
    commands = re.findall(r"^curl .*$", joined, re.MULTILINE)
    return [command for command in commands if f"{HOST}{path}" in command]


def example(heading: str, label: str) -> Any:
    """The JSON that follows a label (``Response:``) below a heading (``GET /api/info``)."""
    section = TEXT[TEXT.index(f"\n{heading}\n") :]
    return json.JSONDecoder().raw_decode(section.partition(f"{label}\n")[2])[0]


def shape(value: Any) -> Any:
    """Names and types of a JSON value, its own values left out."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value)


def run_as_printed(
    command: str, daemon: DaemonProcess, folder: Path, role: str = "operator"
) -> tuple[str, bytes]:
    """Run a curl line in ``folder``, with this daemon's host and credentials; gives the headers
    and the body of the answer.
    """
    login = daemon.first_credentials()
    for printed, real in {
        HOST: daemon.url,
        TOKEN: daemon.token(role),
        LOGIN: f"{login['user']}:{login['password']}",
    }.items():
        command = command.replace(printed, real)
    arguments = ["--silent", "--show-error", "--max-time", "10", "--dump-header", "headers"]
    done = subprocess.run(
        [*shlex.split(command), *arguments], cwd=folder, check=True, capture_output=True, timeout=20
    )
    return (folder / "headers").read_text(), done.stdout


def assert_same_fields(answer: dict[str, Any], printed: dict[str, Any]) -> None:
    """Names and types as printed; a number may be whole, and a machine may lack a sensor."""
    assert list(answer) == list(printed)
    for name, value in printed.items():
        if isinstance(value, dict):
            assert_same_fields(answer[name], value)
        elif name == "temperature" and answer[name] is None:
            continue
        elif isinstance(value, float):
            assert isinstance(answer[name], int | float), name
        else:
            assert shape(answer[name]) == shape(value), name
        if isinstance(value, str) and ISO_UTC.fullmatch(value):
            assert ISO_UTC.fullmatch(answer[name]), name
