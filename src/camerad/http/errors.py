"""The error envelope: the only place that turns an exception into an answer."""

import logging
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct
from sanic import HTTPResponse, Request
from sanic.exceptions import MethodNotAllowed, NotFound, RequestCancelled, SanicException

from camerad.clock import iso_utc
from camerad.errors import CameradError, RangeNotSatisfiable, RateLimited
from camerad.http.answers import AnySanic, json_answer

logger = logging.getLogger(__name__)

CHALLENGES: Final = ('Bearer realm="camerad"', 'Basic realm="camerad", charset="UTF-8"')

# What Sanic itself raises while it reads a request or finds the route, in words for the client:
# its own texts quote the URL, and with it the token.
FOR_STATUS: Final[dict[int, tuple[str, str]]] = {
    400: ("INVALID_REQUEST", "The request is malformed"),
    404: ("NOT_FOUND", "There is nothing at this path"),
    405: ("METHOD_NOT_ALLOWED", "This path does not answer to this method"),
    408: ("INVALID_REQUEST", "The request took too long to arrive"),
    413: ("PAYLOAD_TOO_LARGE", "The request is too large"),
    414: ("INVALID_REQUEST", "The URL is too long"),
    416: ("RANGE_NOT_SATISFIABLE", "The file has no such range"),
    417: ("INVALID_REQUEST", "The expectation cannot be met"),
    431: ("INVALID_REQUEST", "The headers are too many or too large"),
    503: ("OVERLOADED", "The request could not be answered in time"),
}


class Error(Struct, frozen=True):
    """What went wrong: ``code`` for programs, ``message`` for people, and ``details``, a string
    unless there is more to tell.
    """

    code: str
    message: str
    details: Any
    timestamp: str


class ErrorAnswer(Struct, frozen=True):
    """The envelope of every error."""

    error: Error


def envelope(status: int, code: str, message: str, details: object = None) -> HTTPResponse:
    """The reference's error answer; ``details`` is always there."""
    return json_answer(ErrorAnswer(_error(code, message, details)), status)


def described(error: CameradError) -> Error:
    """What the envelope of this error holds."""
    return _error(error.code, error.message, error.details)


def _error(code: str, message: str, details: object) -> Error:
    return Error(code, message, "" if details is None else details, iso_utc())


def install(app: AnySanic, check: Callable[[Request], None]) -> None:
    """Make every error of this application leave through the envelope.

    ``check`` raises why a request is not even told that it leads nowhere: no gate has seen it.
    """

    def unrouted(request: Request, error: SanicException) -> HTTPResponse:
        try:
            check(request)
        except CameradError as refusal:
            return _camerad_error(request, refusal)
        return _sanic_error(request, error)

    app.error_handler.add(CameradError, _camerad_error)
    app.error_handler.add(SanicException, _sanic_error)
    app.error_handler.add(NotFound, unrouted)
    app.error_handler.add(MethodNotAllowed, unrouted)
    app.error_handler.add(RequestCancelled, _client_gone)
    app.error_handler.add(Exception, _bug)


def _camerad_error(_request: Request, error: CameradError) -> HTTPResponse:
    answer = envelope(error.status, error.code, error.message, error.details)
    if error.status == 401:
        for challenge in CHALLENGES:
            answer.headers.add("www-authenticate", challenge)
    if isinstance(error, RateLimited):
        answer.headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, RangeNotSatisfiable):
        answer.headers["content-range"] = f"bytes */{error.size_bytes}"
    return answer


def _sanic_error(request: Request, error: SanicException) -> HTTPResponse:
    if error.status_code not in FOR_STATUS:
        return _bug(request, error)
    code, message = FOR_STATUS[error.status_code]
    answer = envelope(error.status_code, code, message)
    answer.headers.update(error.headers)
    if error.status_code == 405 and "allow" not in answer.headers:
        answer.headers["allow"] = ", ".join(_methods_below(request))
    return answer


def _methods_below(request: Request) -> list[str]:
    """The methods of a path like ``/files/<filepath:path>``, for which Sanic does not tell them."""
    path = request.path.removeprefix("/")
    routes = [route for route in request.app.router.routes if route.regex]
    found = [route for route in routes if path.startswith(route.path.partition("<")[0])]
    return sorted({method for route in found for method in route.methods})


def _client_gone(_request: Request, _error: Exception) -> HTTPResponse:
    """Nobody reads this answer; Sanic wants one all the same."""
    return envelope(400, "INVALID_REQUEST", "The client has gone")


def _bug(request: Request, error: Exception) -> HTTPResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return envelope(500, "INTERNAL_ERROR", "The request failed inside the device")
