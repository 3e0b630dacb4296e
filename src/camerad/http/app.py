"""The application: every resource behind the gate, and what all answers have in common."""

import logging
import time
from collections.abc import Coroutine, Iterable
from typing import Final, Protocol

from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic.application.state import ApplicationServerInfo
from sanic.compat import Header
from sanic.http.constants import HTTP
from sanic.response import BaseHTTPResponse
from sanic.touchup import TouchUp

from camerad.http import errors
from camerad.http.answers import SECURITY_HEADERS, Answer, AnySanic
from camerad.http.auth import client_address
from camerad.http.crowd import Crowd
from camerad.http.gate import Gate
from camerad.http.heads import HEAD_LIMIT_BYTES
from camerad.http.operation import BODY_LIMIT_BYTES
from camerad.http.origin import Origins
from camerad.http.timings import Timings

access = logging.getLogger("camerad.access")

UNREMARKABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "NONE"})
"""Methods that leave no line in the log; Sanic calls it NONE when there was no head to read."""


class Resource(Protocol):
    """A part of the API that brings its own routes."""

    def blueprint(self, gate: Gate) -> Blueprint:
        """The routes, each registered through the gate."""


def create_app(
    resources: Iterable[Resource],
    gate: Gate,
    origins: Origins,
    timings: Timings,
    crowd: Crowd,
) -> AnySanic:
    """A Sanic application that serves ``resources``; it starts and stops nothing by itself."""
    app = Sanic("camerad", configure_logging=False, request_class=_Request)
    app.config.update(
        {
            "AUTO_EXTEND": False,
            "ACCESS_LOG": False,
            "REQUEST_MAX_HEADER_SIZE": HEAD_LIMIT_BYTES,
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
    app.ctx.crowd = crowd
    errors.install(app, origins.check)
    for resource in resources:
        app.blueprint(resource.blueprint(gate))
    app.ctx.finish = _Finish(timings).finish
    return app


def optimize(app: AnySanic) -> None:
    """Leave out of Sanic's request path what this application has no use for.

    Sanic would do it before it serves, and 40 ms later; it nearly doubles the requests per second.
    Blocks, but in any thread, and with requests under way.
    """
    TouchUp.run(app)


class _Request(Request):
    """Sanic's, that sees every answer before it is sent: that is what response middleware does
    too, but it takes as long as a quick handler.
    """

    __slots__ = ()

    def respond(
        self,
        response: BaseHTTPResponse | None = None,
        *,
        status: int = 200,
        headers: Header | dict[str, str] | None = None,
        content_type: str | None = None,
    ) -> Coroutine[None, None, BaseHTTPResponse]:
        """Without a response, one is made of the rest, for a body that is still to come."""
        if response is None:
            response = HTTPResponse(None, status, headers, content_type)
        if not self.responded:
            self.app.ctx.finish(self, response)
        return super().respond(response)


class _Finish:
    """What becomes of every answer, whoever made it."""

    def __init__(self, timings: Timings) -> None:
        self._timings = timings

    def finish(self, request: Request, response: BaseHTTPResponse) -> None:
        """Put on it what every answer carries, count it, and log it by its path alone."""
        headers = response.headers
        allowance = getattr(request.ctx, "allowance", None)
        if allowance is not None:
            headers.update(allowance.headers())
        if not isinstance(response, Answer):
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        self._count(request, response.status)
        level = logging.DEBUG if request.method in UNREMARKABLE else logging.INFO
        if access.isEnabledFor(level):
            address = client_address(request)
            access.log(level, "%s %s %s %d", address, request.method, request.path, response.status)

    def _count(self, request: Request, status: int) -> None:
        # Sanic's own server knows when it had the request's head. Another may not, and of what
        # could not be read there was none.
        began_s = getattr(request.stream, "perft0", None)
        duration_s = None if began_s is None else time.perf_counter() - began_s
        path = None if request.route is None else request.route.path
        self._timings.count(request.method, path, status, duration_s)
