"""``/api/camera/status``: which cameras there are, and what they deliver."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.capture.status import State
from camerad.frames.cameras import Cameras, FedCamera
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation


class CameraInfo(Struct, frozen=True):
    """One camera. What it delivers is told only while it is there; else why it is not."""

    id: int
    connected: bool
    device: str
    resolution: str | UnsetType = UNSET
    framerate: int | float | UnsetType = UNSET
    format: str | UnsetType = UNSET
    state: Literal["absent", "probing", "ready", "streaming", "fault"] | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class CameraStatus(Struct, frozen=True):
    """The answer of ``/api/camera/status``."""

    cameras: list[CameraInfo]
    active_camera: int
    streaming: bool


STATUS: Final = Operation(
    summary="What every camera is and does",
    role=Role.VIEWER,
    limit=Limit.API,
    answer=CameraStatus,
)


class CamerasRoute:
    """Tells the state of every camera."""

    def __init__(self, cameras: Cameras) -> None:
        self._cameras = cameras

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("cameras")
        gate.route(blueprint, STATUS, self.status, "/api/camera/status")
        return blueprint

    async def status(self, _request: Request) -> BaseHTTPResponse:
        streaming = any(fed.camera.status.state is State.STREAMING for fed in self._cameras)
        cameras = [camera_info(fed) for fed in self._cameras]
        return json_answer(CameraStatus(cameras, self._cameras.active, streaming))


def camera_info(fed: FedCamera) -> CameraInfo:
    """A camera as clients know it."""
    camera = fed.camera
    status, connected = camera.status, camera.connected
    fmt = status.format
    if fmt is None or not connected:
        return CameraInfo(
            fed.id, False, camera.device, state=status.state.value, reason=status.reason
        )
    return CameraInfo(fed.id, True, camera.device, fmt.resolution, fmt.frame_rate, fmt.fourcc)
