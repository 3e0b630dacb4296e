"""``/api/info`` and ``/health``: the machine and whether it is well."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec
from msgspec import Struct
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad import __version__
from camerad.accounts.roles import Role
from camerad.clock import iso_utc
from camerad.frames.cameras import Cameras
from camerad.http.answers import Answer, json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.storage.tree import Tree
from camerad.system.build import build_time
from camerad.system.figures import Figures, Link, Space
from camerad.system.health import OK, Health


class SystemLoad(Struct, frozen=True):
    """How the machine is loaded. Temperature in degrees Celsius, null without a sensor; usage in
    percent; memory and disk in MiB.
    """

    temperature: float | None
    cpu_usage: float
    memory: Space
    disk: Space


class ActiveCamera(Struct, frozen=True):
    """The active camera, in brief; null while nobody knows what it delivers."""

    connected: bool
    resolution: str | None
    framerate: int | float | None
    recording: bool


class Info(Struct, frozen=True):
    """The answer of ``/api/info``."""

    version: str
    build: str
    uptime: int
    system: SystemLoad
    camera: ActiveCamera
    network: Link


class HealthReport(Struct, frozen=True):
    """The answer of ``/health``: each check says ``ok``, or in a word what is wrong."""

    status: Literal["healthy", "unhealthy"]
    timestamp: str
    checks: dict[str, str]


INFO: Final = Operation(
    summary="What the device is and how it is loaded",
    role=Role.VIEWER,
    limit=Limit.API,
    answer=Info,
)
HEALTH: Final = Operation(
    summary="Whether the device is well", role=None, limit=Limit.API, answer=HealthReport
)


REPORT_HEADERS: Final = {"content-type": "application/json", "cache-control": "no-store"}


def _report(checks: dict[str, str], now: str) -> HealthReport:
    ailing = any(result != OK for result in checks.values())
    return HealthReport("unhealthy" if ailing else "healthy", now, checks)


class System:
    """Tells what the device is, how it is loaded and whether its parts work."""

    def __init__(
        self,
        figures: Figures,
        health: Health,
        cameras: Cameras,
        tree: Tree,
        records: Callable[[int], bool],
    ) -> None:
        """``records`` says whether the camera of a number is being recorded."""
        self._figures = figures
        self._health = health
        self._cameras = cameras
        self._tree = tree
        self._records = records
        self._build = build_time()
        self._found: tuple[dict[str, str], str] | None = None
        self._report = b""
        """What was found last, as ``HealthReport``: many ask, and it is the same for a second."""

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("system")
        gate.route(blueprint, INFO, self.info, "/api/info", "/api/status")
        gate.route(blueprint, HEALTH, self.health, "/health", "/api/health")
        return blueprint

    async def info(self, _request: Request) -> BaseHTTPResponse:
        figures = self._figures
        usage = self._tree.usage()
        load = SystemLoad(
            figures.temperature_c(),
            await figures.cpu_percent(),
            figures.memory(),
            Space.of_bytes(usage.total, usage.free),
        )
        uptime = figures.uptime_s()
        return json_answer(
            Info(__version__, self._build, uptime, load, self._camera(), figures.link())
        )

    async def health(self, _request: Request) -> BaseHTTPResponse:
        found = self._health.checks(), iso_utc()
        if found != self._found:
            self._found, self._report = found, msgspec.json.encode(_report(*found))
        return Answer(self._report, 200, REPORT_HEADERS)

    def _camera(self) -> ActiveCamera:
        fed = self._cameras.get()
        camera, recording = fed.camera, self._records(fed.id)
        fmt = camera.status.format
        if fmt is None or not camera.connected:
            return ActiveCamera(camera.connected, None, None, recording)
        return ActiveCamera(camera.connected, fmt.resolution, fmt.frame_rate, recording)
