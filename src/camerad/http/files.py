"""``/files``, ``/api/files``: what is there; ``DELETE /files/...``: no longer."""

from concurrent.futures import Executor
from functools import partial
from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.clock import iso_utc
from camerad.errors import DirectoryNotEmpty, FileMissing, PermissionDenied, RecordingInProgress
from camerad.http.answers import json_answer
from camerad.http.filepaths import DIRECTORY, PARAMETER, at_url
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.mediatypes import media_type
from camerad.http.operation import Operation, Query
from camerad.http.threads import in_thread
from camerad.storage.listing import Entry, Listing
from camerad.storage.paths import HOME
from camerad.storage.tree import Tree

RECURSIVE: Final = Query[bool]("recursive", bool, "Whether to go into directories, too.")
FILTER: Final = Query[str]("filter", str, "Only files with this extension, as `.avi`.")


class FileEntry(Struct, frozen=True, kw_only=True):
    """A file, or a directory, which has neither size nor media type; ``size`` in bytes."""

    name: str
    size: int | UnsetType = UNSET
    modified: str
    type: Literal["file", "directory"]
    mime_type: str | UnsetType = UNSET


class FilesAnswer(Struct, frozen=True):
    """The answer of ``/files``: names are relative to ``path``; ``total_size`` in bytes."""

    path: str
    files: list[FileEntry]
    total_size: int
    file_count: int
    directory_count: int


class DeleteAnswer(Struct, frozen=True):
    """The answer of ``DELETE /files/...``."""

    success: bool


LIST: Final = Operation(
    summary="What is in a directory",
    role=Role.VIEWER,
    limit=Limit.FILES,
    query=(DIRECTORY, RECURSIVE, FILTER),
    answer=FilesAnswer,
    errors=(FileMissing, PermissionDenied),
)
DELETE: Final = Operation(
    summary="Delete a file or a directory",
    method="DELETE",
    role=Role.ADMIN,
    limit=Limit.FILES,
    path=PARAMETER,
    query=(RECURSIVE,),
    answer=DeleteAnswer,
    errors=(FileMissing, PermissionDenied, DirectoryNotEmpty, RecordingInProgress),
)


class Files:
    """Lists and deletes files."""

    def __init__(self, tree: Tree, threads: Executor) -> None:
        self._tree = tree
        self._threads = threads

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("files")
        gate.route(blueprint, LIST, self.list, "/files", "/api/files")
        gate.route(blueprint, DELETE, self.delete, "/files/<filepath:path>")
        return blueprint

    async def list(self, request: Request) -> BaseHTTPResponse:
        path = DIRECTORY.of(request) or HOME
        recursive = RECURSIVE.of(request) or False
        suffix = FILTER.of(request) or None
        look = partial(self._tree.listing, path, recursive=recursive, suffix=suffix)
        answer = await in_thread(self._threads, lambda: _answer(look()))
        return json_answer(answer, headers={"cache-control": "no-store"})

    async def delete(self, request: Request, filepath: str) -> BaseHTTPResponse:
        delete = partial(self._tree.delete, recursive=RECURSIVE.of(request) or False)
        await in_thread(self._threads, at_url(self._tree, filepath, delete))
        return json_answer(DeleteAnswer(success=True))


def _answer(listing: Listing) -> FilesAnswer:
    return FilesAnswer(
        listing.path,
        [_entry(entry) for entry in listing.entries],
        listing.total_size,
        listing.file_count,
        listing.directory_count,
    )


def _entry(entry: Entry) -> FileEntry:
    modified = iso_utc(entry.modified_s)
    if entry.is_directory:
        return FileEntry(name=entry.name, modified=modified, type="directory")
    return FileEntry(
        name=entry.name,
        size=entry.size,
        modified=modified,
        type="file",
        mime_type=media_type(entry.name),
    )
