"""``/api/camera/status`` and ``/api/cameras``: which cameras there are, and what they deliver."""

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType, structs
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
    """One camera. What it delivers is told only while it is there."""

    id: int
    connected: bool
    device: str
    resolution: str | UnsetType = UNSET
    framerate: int | float | UnsetType = UNSET
    format: str | UnsetType = UNSET


class CameraDetails(CameraInfo, frozen=True, kw_only=True):
    """One camera, how it is, and why it is not there if it is not."""

    state: Literal["absent", "probing", "ready", "streaming", "fault"]
    reason: str | None


class CameraList(Struct, frozen=True):
    """The answer of ``/api/cameras``."""

    cameras: list[CameraDetails]


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
LIST: Final = Operation(
    summary="What every camera is and does, and why one is not there",
    role=Role.VIEWER,
    limit=Limit.API,
    answer=CameraList,
)


class CamerasRoute:
    """Tells the state of every camera."""

    def __init__(self, cameras: Cameras) -> None:
        self._cameras = cameras

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("cameras")
        gate.route(blueprint, STATUS, self.status, "/api/camera/status")
        gate.route(blueprint, LIST, self.list, "/api/cameras")
        return blueprint

    async def status(self, _request: Request) -> BaseHTTPResponse:
        streaming = any(fed.camera.status.state is State.STREAMING for fed in self._cameras)
        cameras = [_info(fed) for fed in self._cameras]
        return json_answer(CameraStatus(cameras, self._cameras.active, streaming))

    async def list(self, _request: Request) -> BaseHTTPResponse:
        return json_answer(CameraList([_details(fed) for fed in self._cameras]))


def _info(fed: FedCamera) -> CameraInfo:
    fmt = fed.camera.status.format
    if fmt is None or not fed.camera.connected:
        return CameraInfo(fed.id, False, fed.camera.device)
    return CameraInfo(fed.id, True, fed.camera.device, fmt.resolution, fmt.frame_rate, fmt.fourcc)


def _details(fed: FedCamera) -> CameraDetails:
    info, status = _info(fed), fed.camera.status
    reason = None if info.connected else status.reason
    return CameraDetails(**structs.asdict(info), state=status.state.value, reason=reason)
