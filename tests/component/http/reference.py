"""The customer's reference of the API, as a program reads it."""

import json
import re
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).parents[2] / "data" / "http-api-reference.txt").read_text()
TOKEN = "1a2B3c4D5e6f7G8h"
HOST = "http://192.168.1.100:8080"
LOGIN = "admin:password"


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
