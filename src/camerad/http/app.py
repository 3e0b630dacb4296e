"""The application: every resource behind the gate, and what all answers have in common."""

import logging
from collections.abc import Iterable
from typing import Final, Protocol

from sanic import Blueprint, Request, Sanic
from sanic.application.state import ApplicationServerInfo
from sanic.http.constants import HTTP
from sanic.response import BaseHTTPResponse
from sanic.touchup import TouchUp

from camerad.http import errors
from camerad.http.answers import AnySanic
from camerad.http.auth import client_address
from camerad.http.gate import Gate
from camerad.http.operation import BODY_LIMIT_BYTES

access = logging.getLogger("camerad.access")

SECURITY_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
}


class Resource(Protocol):
    """A part of the API that brings its own routes."""

    def blueprint(self, gate: Gate) -> Blueprint:
        """The routes, each registered through the gate."""


def create_app(resources: Iterable[Resource], gate: Gate, max_connections: int) -> AnySanic:
    """A Sanic application that serves ``resources``; it starts and stops nothing by itself."""
    app = Sanic("camerad", configure_logging=False)
    app.config.update(
        {
            "AUTO_EXTEND": False,
            "ACCESS_LOG": False,
            "REQUEST_MAX_SIZE": BODY_LIMIT_BYTES,
            "REQUEST_TIMEOUT": 10,
            # Longer than the longest wait for a camera's first frame that can be configured.
            "RESPONSE_TIMEOUT": 65,
            "KEEP_ALIVE_TIMEOUT": 15,
            # Not at the start: see optimize().
            "TOUCHUP": False,
        }
    )
    # What Sanic's own runner notes of a listener: without it every answer has an empty Alt-Svc.
    app.state.server_info.append(ApplicationServerInfo({"version": HTTP.VERSION_1}))
    app.ctx.connections = set()
    app.ctx.max_connections = max_connections
    errors.install(app)
    for resource in resources:
        app.blueprint(resource.blueprint(gate))
    app.register_middleware(_finish, "response")
    return app


def optimize(app: AnySanic) -> None:
    """Leave out of Sanic's request path what this application has no use for.

    Sanic would do it before it serves, and 40 ms later; it nearly doubles the requests per second.
    Blocks, but in any thread, and with requests under way.
    """
    TouchUp.run(app)


def _finish(request: Request, response: BaseHTTPResponse) -> None:
    """Put on every answer what every answer carries, and log it by its path alone."""
    allowance = getattr(request.ctx, "allowance", None)
    if allowance is not None:
        response.headers.update(allowance.headers())
    response.headers.update(SECURITY_HEADERS)
    level = logging.DEBUG if request.method in ("GET", "HEAD") else logging.INFO
    access.log(
        level, "%s %s %s %d", client_address(request), request.method, request.path, response.status
    )
