"""``POST /snapshot``: take a picture and keep it."""

from typing import Annotated

import msgspec
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.frames.cameras import Cameras
from camerad.http import params
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.snapshot.snapshots import Snapshots, Wish


class SnapshotRequest(msgspec.Struct, rename={"add_timestamp": "addTimestamp"}):
    """The body of ``POST /snapshot``; every field is optional."""

    filename: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    quality: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    add_timestamp: bool = False


class SnapshotRoute:
    """Takes snapshots for clients."""

    def __init__(self, cameras: Cameras, snapshots: Snapshots) -> None:
        self._cameras = cameras
        self._snapshots = snapshots

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("snapshots")
        gate.route(
            blueprint,
            ("/snapshot",),
            self.snapshot,
            role=Role.OPERATOR,
            limit=Limit.IMAGE,
            method="POST",
        )
        return blueprint

    async def snapshot(self, request: Request) -> BaseHTTPResponse:
        wanted = params.body(request, SnapshotRequest)
        fed = self._cameras.get(params.camera(request))
        wish = Wish(wanted.filename, wanted.quality, wanted.add_timestamp)
        taken = await self._snapshots.take(fed, wish)
        return json_answer(
            {
                "success": True,
                "filename": taken.filename,
                "path": taken.path,
                "size": taken.size,
                "timestamp": taken.timestamp,
            }
        )
