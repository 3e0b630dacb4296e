"""``/``: the page for people, and the old names of stream and picture beside it."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import InvalidRequest, NotFound
from camerad.http import params
from camerad.http.gate import Gate
from camerad.http.limits import Limit

FOLDER: Final = Path(__file__).parent.parent / "web"

MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

Action = Callable[[Request], Awaitable[BaseHTTPResponse | None]]


class Web:
    """Serves the static page. It holds no data: everything it shows it asks of the API.

    ``/?action=stream`` and ``/?action=snapshot`` are what mjpg-streamer's clients know.
    """

    def __init__(self, gate: Gate, stream: Action, image: Action) -> None:
        self._gate = gate
        self._actions = {"stream": stream, "snapshot": image}
        self._files = {
            file.name: (file.read_bytes(), MEDIA_TYPES[file.suffix])
            for file in FOLDER.iterdir()
            if file.suffix in MEDIA_TYPES
        }

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("web")
        gate.route(blueprint, ("/",), self.index, role=None, limit=None)
        gate.route(blueprint, ("/web/<name:str>",), self.asset, role=None, limit=None)
        return blueprint

    async def index(self, request: Request) -> BaseHTTPResponse | None:
        wanted = params.text(request, "action")
        if wanted is None:
            return self._answer(request, "index.html")
        if wanted not in self._actions:
            raise InvalidRequest("There is no such action", "action is stream or snapshot")
        await self._gate.admit(request, Role.VIEWER, Limit.IMAGE)
        return await self._actions[wanted](request)

    async def asset(self, request: Request, name: str) -> BaseHTTPResponse:
        if name not in self._files:
            raise NotFound("There is nothing at this path")
        return self._answer(request, name)

    def _answer(self, request: Request, name: str) -> HTTPResponse:
        content, media_type = self._files[name]
        headers = {"etag": f'"{sha256(content).hexdigest()[:16]}"', "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return HTTPResponse(status=304, headers=headers)
        return HTTPResponse(content, headers=headers, content_type=media_type)
