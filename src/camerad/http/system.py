"""``/api/info`` and ``/health``: the machine and whether it is well."""

from typing import Any

from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad import __version__
from camerad.accounts.roles import Role
from camerad.clock import iso_utc
from camerad.frames.cameras import Cameras
from camerad.http.answers import json_answer
from camerad.http.cameras import frame_rate
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.storage.tree import Tree
from camerad.system.build import build_time
from camerad.system.figures import Figures, Space
from camerad.system.health import Health


class System:
    """Tells what the device is, how it is loaded and whether its parts work."""

    def __init__(self, figures: Figures, health: Health, cameras: Cameras, tree: Tree) -> None:
        self._figures = figures
        self._health = health
        self._cameras = cameras
        self._tree = tree
        self._build = build_time()

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("system")
        gate.route(
            blueprint, ("/api/info", "/api/status"), self.info, role=Role.VIEWER, limit=Limit.API
        )
        gate.route(blueprint, ("/health", "/api/health"), self.health, role=None, limit=Limit.API)
        return blueprint

    async def info(self, _request: Request) -> BaseHTTPResponse:
        figures = self._figures
        usage = self._tree.usage()
        return json_answer(
            {
                "version": __version__,
                "build": self._build,
                "uptime": figures.uptime_s(),
                "system": {
                    "temperature": figures.temperature_c(),
                    "cpu_usage": await figures.cpu_percent(),
                    "memory": figures.memory(),
                    "disk": Space.of_bytes(usage.total, usage.free),
                },
                "camera": self._camera(),
                "network": figures.link(),
            }
        )

    async def health(self, _request: Request) -> BaseHTTPResponse:
        checks = self._health.checks()
        well = all(result == "ok" for result in checks.values())
        return json_answer(
            {
                "status": "healthy" if well else "unhealthy",
                "timestamp": iso_utc(),
                "checks": checks,
            },
            headers={"cache-control": "no-store"},
        )

    def _camera(self) -> dict[str, Any]:
        camera = self._cameras.get().camera
        fmt = camera.status.format if camera.connected else None
        return {
            "connected": camera.connected,
            "resolution": None if fmt is None else f"{fmt.width}x{fmt.height}",
            "framerate": None if fmt is None else frame_rate(fmt.fps),
            "recording": False,
        }
