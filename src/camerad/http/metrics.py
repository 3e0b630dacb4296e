"""``/metrics``: figures for Prometheus."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.firmware.course import Course
from camerad.frames.cameras import Cameras
from camerad.http.crowd import Crowd
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Media, Operation
from camerad.http.timings import Timings
from camerad.http.websocket.sockets import Sockets
from camerad.imaging.encoder import Encoder
from camerad.storage.tree import Tree
from camerad.stream.streams import Streams
from camerad.system.figures import Figures

if TYPE_CHECKING:
    from camerad.http.meters import Meters

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"

METRICS: Final = Operation(
    summary="Figures for Prometheus",
    role=Role.VIEWER,
    limit=Limit.API,
    answer=Media("text/plain", "Prometheus' text format, version 0.0.4."),
)


class Sources(Struct, frozen=True):
    """Those who count."""

    cameras: Cameras
    encoder: Encoder
    streams: Streams
    tree: Tree
    roots: Sequence[str]
    figures: Figures
    timings: Timings
    crowd: Crowd
    sockets: Sockets
    course: Course
    """Of the device's update."""
    recording: Callable[[], bool]
    """Whether a recording is under way."""
    unrecorded: Callable[[], int]
    """Pictures that are in no film although they should be."""
    repaired: Callable[[], int]
    """Films that the start has repaired."""


class Metrics:
    """Serves what all sources have counted."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._meters: Meters | None = None

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("metrics")
        gate.route(blueprint, METRICS, self.metrics, "/metrics")
        return blueprint

    async def metrics(self, _request: Request) -> BaseHTTPResponse:
        # In a thread: sensors and disks may take their time.
        text = await asyncio.to_thread(self._text)
        return HTTPResponse(text, headers={"cache-control": "no-store"}, content_type=TEXT)

    def _text(self) -> bytes:
        from camerad.http.meters import Meters  # noqa: PLC0415 - 50 ms that no start should pay

        if self._meters is None:
            self._meters = Meters(self._sources)
        return self._meters.text()
