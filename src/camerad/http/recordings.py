"""``/api/recordings``: the films that are kept."""

from collections.abc import Callable, Collection
from concurrent.futures import Executor
from functools import partial
from typing import Final

from msgspec import Struct
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.clock import iso_utc
from camerad.config.store import ConfigStore
from camerad.errors import FileMissing
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.threads import in_thread
from camerad.recording.naming import SUFFIX
from camerad.recording.recovery import has_been_repaired
from camerad.storage.listing import Entry
from camerad.storage.tree import Tree


class Film(Struct, frozen=True):
    """``path`` is for ``/download``, ``size`` in bytes. ``repaired`` films were cut off, by a power
    failure for one, and completed when the device started again.
    """

    filename: str
    path: str
    size: int
    modified: str
    recording: bool
    repaired: bool


class Recordings(Struct, frozen=True):
    """The newest first."""

    directory: str
    recordings: list[Film]
    total_size: int


LIST: Final = Operation(
    summary="The recordings",
    role=Role.VIEWER,
    limit=Limit.API,
    answer=Recordings,
)


class RecordingsRoute:
    """Lists the directory that recordings are configured to go to."""

    def __init__(
        self,
        tree: Tree,
        threads: Executor,
        config: ConfigStore,
        *,
        growing: Callable[[], Collection[str]],
    ) -> None:
        """``growing`` gives the paths of films that are being written."""
        self._tree = tree
        self._threads = threads
        self._config = config
        self._growing = growing

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("recordings")
        gate.route(blueprint, LIST, self.recordings, "/api/recordings")
        return blueprint

    async def recordings(self, _request: Request) -> BaseHTTPResponse:
        directory = self._config.current.recording.directory
        films = await in_thread(self._threads, partial(self._films, directory, self._growing()))
        answer = Recordings(directory, films, sum(film.size for film in films))
        return json_answer(answer, headers={"cache-control": "no-store"})

    def _films(self, directory: str, growing: Collection[str]) -> list[Film]:
        try:
            entries = self._tree.listing(directory, suffix=SUFFIX).entries
        except FileMissing:
            return []  # nothing has been recorded yet
        newest_first = sorted(entries, key=lambda entry: entry.modified_s, reverse=True)
        return [self._film(directory, entry, growing) for entry in newest_first]

    def _film(self, directory: str, entry: Entry, growing: Collection[str]) -> Film:
        path = f"{directory}/{entry.name}"
        return Film(
            entry.name,
            path,
            entry.size,
            iso_utc(entry.modified_s),
            recording=path in growing,
            repaired=has_been_repaired(self._tree, path),
        )
