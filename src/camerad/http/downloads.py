"""``/download/...`` and ``/files/...``: files for clients."""

from concurrent.futures import Executor
from typing import Final
from urllib.parse import quote

from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse, HTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import FileMissing, PermissionDenied
from camerad.http.filepaths import PARAMETER, at_url
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.mediatypes import media_type
from camerad.http.operation import Media, Operation
from camerad.http.ranges import Span, is_unchanged, validators, wanted_span
from camerad.http.sending import FileSender, Head
from camerad.http.threads import held
from camerad.storage.tree import OpenFile, Tree

DOWNLOAD: Final = Operation(
    summary="A file",
    role=Role.VIEWER,
    limit=Limit.FILES,
    path=PARAMETER,
    answer=Media("*/*", "The file's bytes."),
    etag=True,
    ranges=True,
    errors=(FileMissing, PermissionDenied),
)


class Downloads:
    """Serves files whole or in part, as they are at the moment they are asked for."""

    def __init__(self, tree: Tree, threads: Executor) -> None:
        self._tree = tree
        self._threads = threads
        self._sender = FileSender(threads)

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("downloads")
        gate.route(
            blueprint,
            DOWNLOAD,
            self.download,
            "/download/<filepath:path>",
            "/files/<filepath:path>",
        )
        return blueprint

    async def download(self, request: Request, filepath: str) -> BaseHTTPResponse | None:
        opening = at_url(self._tree, filepath, self._tree.open_read)
        async with held(self._threads, opening, OpenFile.close) as opened:
            size_bytes = opened.status.st_size
            current = validators(opened.status)
            headers = {
                "etag": current.etag,
                "last-modified": current.last_modified,
                "cache-control": "private, no-cache",
                "accept-ranges": "bytes",
            }
            if is_unchanged(request.headers, current):
                return HTTPResponse(status=304, headers=headers)
            # RFC 9110, 14.2: ranges are for GET alone.
            asked = request.method == "GET"
            span = wanted_span(request.headers, current, size_bytes) if asked else None
            if span is not None:
                headers["content-range"] = span.content_range(size_bytes)
            head = _head(206 if span else 200, headers, opened.path.name)
            return await self._answer(request, head, opened, span or Span(0, size_bytes))

    async def _answer(
        self, request: Request, head: Head, opened: OpenFile, span: Span
    ) -> BaseHTTPResponse | None:
        headers = {**head.headers, "content-length": str(span.length)}
        if request.method == "HEAD" or not span.length:
            return HTTPResponse(None, head.status, headers, head.content_type)
        head = Head(head.status, headers, head.content_type)
        await self._sender.send(request, head, opened.descriptor, span)
        return None


def _head(status: int, headers: dict[str, str], name: str) -> Head:
    own = {
        "content-disposition": attachment(name),
        # Should a browser show it all the same, then as a page that can do nothing.
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Head(status, headers | own, media_type(name))


def attachment(name: str) -> str:
    """Content-Disposition for a file to be kept under this name (RFC 6266, RFC 8187)."""
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%' else "_" for char in name)
    extended = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    return f'attachment; filename="{plain}"{extended}'
