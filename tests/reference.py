"""The customer's reference of the API, as a program reads it."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from daemon_process import DaemonProcess

TEXT = (Path(__file__).parent / "data" / "http-api-reference.txt").read_text()
TOKEN = "1a2B3c4D5e6f7G8h"
HOST = "http://192.168.1.100:8080"
LOGIN = "admin:password"
ISO_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

CURL_LINES: list[str] = re.findall(r"^curl .*$", TEXT.replace("\\\n", ""), re.MULTILINE)
"""All curl commands that the reference prints, continued lines joined."""

FIRMWARE_LINES = [command for command in CURL_LINES if '"path=/data/firmware/"' in command]
"""Those that need an installer: tests/component/firmware runs them."""

_ENDPOINT = r"(?:GET|POST|PUT|PATCH|DELETE) /\S+\n"


def _sections() -> dict[str, str]:
    """What stands below the headings of each endpoint, until those of the next."""
    found = {}
    for headings, text in re.findall(
        rf"^((?:{_ENDPOINT})+)(.*?)(?=^{_ENDPOINT}|\Z)", TEXT, re.MULTILINE | re.DOTALL
    ):
        found.update(dict.fromkeys(headings.splitlines(), text))
    return found


SECTIONS = _sections()
"""By endpoint, as the reference writes it: ``GET /download/{filepath}``."""

ELSEWHERE = {"GET /api/onvif/discover", "POST /api/onvif/{device_id}/{service}"}
"""What takes other cameras to answer: ``tests/component/onvif`` has some, and calls these."""


class Answer(NamedTuple):
    status: int
    content_type: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def example(endpoint: str, label: str) -> Any:
    """The JSON that follows a label (``Response:``) of an endpoint; None if there is none."""
    printed = SECTIONS[endpoint].partition(f"{label}\n")[2]
    return json.JSONDecoder().raw_decode(printed)[0] if printed else None


def error_example() -> Any:
    return json.JSONDecoder().raw_decode(TEXT.partition("Error Response Format\n")[2])[0]


def endpoint_of(command: str) -> str:
    """The one that a curl line is an example of."""
    method = re.search(r"-X (\w+)", command)
    (url,) = re.findall(rf'{HOST}([^\s"]+)', command)
    wanted = f"{method.group(1) if method else 'GET'} {url.partition('?')[0]}"
    (found,) = [endpoint for endpoint in SECTIONS if pattern(endpoint).fullmatch(wanted)]
    return found


def pattern(endpoint: str) -> re.Pattern[str]:
    path = endpoint.partition("?")[0]
    return re.compile(
        re.sub(
            r"\\{\w+\\}", lambda name: "[^/]+" if "section" in name[0] else ".+", re.escape(path)
        )
    )


def shape(value: Any) -> Any:
    """Names and types of a JSON value, its own values left out."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value)


def run_as_printed(command: str, daemon: DaemonProcess, folder: Path, role: str) -> Answer:
    """Run a curl line in ``folder``, with this daemon's host and credentials. The body of the
    answer is empty where the line puts it into a file.
    """
    login = daemon.first_credentials()
    for printed, real in {
        HOST: daemon.url,
        TOKEN: daemon.token(role),
        LOGIN: f"{login['user']}:{login['password']}",
    }.items():
        command = command.replace(printed, real)
    options = ["--silent", "--show-error", "--max-time", "10"]
    options += ["--write-out", "%{stderr}%{http_code} %{content_type}"]
    done = subprocess.run(
        [*shlex.split(command), *options], cwd=folder, check=True, capture_output=True, timeout=20
    )
    status, _, content_type = done.stderr.decode().partition(" ")
    return Answer(int(status), content_type, done.stdout)


def assert_same_fields(answer: dict[str, Any], printed: dict[str, Any]) -> None:
    """Names, order and types as printed; a number may be whole, and a machine may lack a sensor."""
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
