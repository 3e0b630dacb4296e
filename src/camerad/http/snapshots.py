"""``POST /snapshot``: take a picture and keep it."""

from typing import Annotated, Final

import msgspec
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import (
    CameraNotConnected,
    FileExists,
    InsufficientStorage,
    InvalidFormat,
    NotFound,
)
from camerad.frames.cameras import Cameras, FedCamera
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import CAMERA, body
from camerad.snapshot.snapshots import Snapshots, Wish


class SnapshotRequest(msgspec.Struct, frozen=True, rename={"add_timestamp": "addTimestamp"}):
    """The body of ``POST /snapshot``; every field is optional."""

    filename: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    quality: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    add_timestamp: bool = False


class SnapshotAnswer(msgspec.Struct, frozen=True):
    """The answer of ``POST /snapshot``: ``path`` is virtual, ``size`` in bytes."""

    success: bool
    filename: str
    path: str
    size: int
    timestamp: str


SNAPSHOT: Final = Operation(
    summary="Take a picture, at the highest resolution, and keep it",
    method="POST",
    role=Role.OPERATOR,
    limit=Limit.IMAGE,
    query=(CAMERA,),
    body=SnapshotRequest,
    answer=SnapshotAnswer,
    errors=(NotFound, FileExists, InvalidFormat, CameraNotConnected, InsufficientStorage),
)


class SnapshotRoute:
    """Takes snapshots for clients."""

    def __init__(self, cameras: Cameras, snapshots: Snapshots) -> None:
        self._cameras = cameras
        self._snapshots = snapshots

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("snapshots")
        gate.route(blueprint, SNAPSHOT, self.snapshot, "/snapshot")
        return blueprint

    async def snapshot(self, request: Request) -> BaseHTTPResponse:
        wanted = body(request, SnapshotRequest)
        fed = self._cameras.get(CAMERA.of(request))
        return json_answer(await take_snapshot(self._snapshots, fed, wanted))


async def take_snapshot(
    snapshots: Snapshots, fed: FedCamera, wanted: SnapshotRequest
) -> SnapshotAnswer:
    """What clients ask for, as they ask for it and are answered."""
    wish = Wish(wanted.filename, wanted.quality, wanted.add_timestamp)
    taken = await snapshots.take(fed, wish)
    return SnapshotAnswer(True, taken.filename, taken.path, taken.size, taken.timestamp)
