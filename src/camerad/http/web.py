"""``/`` and ``/docs``: the pages, and the old names of stream and picture beside them."""

from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import BaseHTTPResponse

from camerad.errors import InvalidCredentials, NotFound, PermissionDenied, RateLimited
from camerad.http.gate import Gate
from camerad.http.images import IMAGE, Images
from camerad.http.live import STREAM, Live
from camerad.http.operation import Media, Operation, Query

FOLDER: Final = Path(__file__).parent.parent / "web"

MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


ACTION: Final = Query[str](
    "action",
    Literal["stream", "snapshot"],
    "The live or the current picture, for old clients: as `/stream` or `/image`.",
)
INDEX: Final = Operation(
    summary="The page for people",
    role=None,
    limit=None,
    query=(ACTION,),
    answer=(Media("text/html", "The page."), IMAGE.answer, STREAM.answer),
    etag=True,
    errors=(
        *(InvalidCredentials, PermissionDenied, RateLimited),
        *(*IMAGE.errors, *STREAM.errors),
    ),
)
DOCS: Final = Operation(
    summary="The page for those who write programs",
    role=None,
    limit=None,
    answer=Media("text/html", "The page: it shows what /openapi.json says."),
    etag=True,
)
ASSET: Final = Operation(
    summary="A file of the page",
    role=None,
    limit=None,
    path={"name": "A file's name."},
    answer=Media("*/*", "Its scripts, styles and pictures."),
    etag=True,
    errors=(NotFound,),
)


class Web:
    """Serves the static page. It holds no data: everything it shows it asks of the API.

    ``/?action=stream`` and ``/?action=snapshot`` are what mjpg-streamer's clients know.
    """

    def __init__(self, gate: Gate, images: Images, live: Live) -> None:
        self._actions = {
            "stream": gate.guarded(STREAM, live.stream),
            "snapshot": gate.guarded(IMAGE, images.image),
        }
        self._files = {
            file.name: (file.read_bytes(), MEDIA_TYPES[file.suffix])
            for file in FOLDER.iterdir()
            if file.suffix in MEDIA_TYPES
        }

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("web")
        gate.route(blueprint, INDEX, self.index, "/")
        gate.route(blueprint, DOCS, self.docs, "/docs")
        gate.route(blueprint, ASSET, self.asset, "/web/<name:str>")
        return blueprint

    async def index(self, request: Request) -> BaseHTTPResponse | None:
        wanted = ACTION.of(request)
        if wanted is None:
            return self._answer(request, "index.html")
        return await self._actions[wanted](request)

    async def docs(self, request: Request) -> BaseHTTPResponse:
        return self._answer(request, "docs.html")

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
