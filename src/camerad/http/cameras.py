"""``/api/camera/status``: which cameras there are, and what they deliver."""

from typing import Any

from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.capture.camera import State
from camerad.frames.cameras import Cameras, FedCamera
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit


class CameraStatus:
    """Tells the state of every camera."""

    def __init__(self, cameras: Cameras) -> None:
        self._cameras = cameras

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("cameras")
        gate.route(
            blueprint, ("/api/camera/status",), self.status, role=Role.VIEWER, limit=Limit.API
        )
        return blueprint

    async def status(self, _request: Request) -> BaseHTTPResponse:
        streaming = [fed.camera.status.state is State.STREAMING for fed in self._cameras]
        return json_answer(
            {
                "cameras": [_camera(fed) for fed in self._cameras],
                "active_camera": self._cameras.active,
                "streaming": any(streaming),
            }
        )


def _camera(fed: FedCamera) -> dict[str, Any]:
    camera = fed.camera
    fmt = camera.status.format
    known = {"id": fed.id, "connected": camera.connected, "device": camera.device}
    if fmt is None or not camera.connected:
        return known
    return known | {
        "resolution": f"{fmt.width}x{fmt.height}",
        "framerate": frame_rate(fmt.fps),
        "format": fmt.fourcc,
    }


def frame_rate(fps: float) -> int | float:
    """30 rather than 30.0, and 29.97 rather than 29.97002997."""
    return int(fps) if fps == int(fps) else round(fps, 2)
