"""Answers in the forms that the API uses."""

from collections.abc import Mapping
from types import SimpleNamespace

import msgspec
from sanic import HTTPResponse, Sanic
from sanic.config import Config

AnySanic = Sanic[Config, SimpleNamespace]
"""The application, in the words of its generic type."""


def json_answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTTPResponse:
    """Any value that msgspec can write, as ``application/json``."""
    return HTTPResponse(msgspec.json.encode(body), status, dict(headers or {}), "application/json")
