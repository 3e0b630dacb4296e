"""``/openapi.json``: the API, described from the same declarations that it obeys."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad import __version__
from camerad.accounts.roles import Role
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.openapi_writer import Json, Writer
from camerad.http.operation import Operation, plain_path

DESCRIPTION: Final = """\
Credentials are exactly one of: a bearer token, HTTP Basic or, on GET, `?token=`. HEAD and OPTIONS
answer wherever GET does. Every error has the form of `ErrorAnswer`, with a `code` for programs.
Rates are limited per client address and class, unless that is turned off. All times are UTC.
"""

OPENAPI: Final = Operation(
    summary="This document", role=Role.VIEWER, limit=Limit.API, answer=dict[str, Any]
)


class OpenApi:
    """Serves the document, which is written when somebody first asks for it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._document: msgspec.Raw | None = None

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("openapi")
        gate.route(blueprint, OPENAPI, self.openapi, "/openapi.json")
        return blueprint

    async def openapi(self, _request: Request) -> BaseHTTPResponse:
        if self._document is None:
            self._document = _encoded(document(self._gate.operations, self._gate.resources))
        return json_answer(self._document)


def document(operations: Mapping[str, Sequence[Operation]], resources: Mapping[str, str]) -> Json:
    """The OpenAPI 3.1 document of all operations, by path as Sanic writes it.

    ``resources`` names the resource of each path. HEAD and OPTIONS are left out everywhere.
    """
    writer = Writer([operation for group in operations.values() for operation in group])
    paths = {
        plain_path(path): {
            operation.method.lower(): writer.operation(path, operation, resources[path])
            for operation in group
        }
        for path, group in operations.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "camerad",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": name} for name in dict.fromkeys(resources.values())],
        "paths": paths,
        "components": writer.components(),
    }


def _encoded(written: Json) -> msgspec.Raw:
    # Descriptions are Markdown here, and reStructuredText where they are docstrings.
    return msgspec.Raw(msgspec.json.encode(written).replace(b"``", b"`"))
