"""``/api/recording``: start, stop, status."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.config.schema import MAX_PREROLL_S, Percent
from camerad.errors import (
    CameraNotConnected,
    FileExists,
    InsufficientStorage,
    InvalidFormat,
    InvalidResolution,
    NotFound,
    NotRecording,
    RecordingInProgress,
)
from camerad.frames.cameras import Cameras, FedCamera
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import CAMERA, body
from camerad.recording.order import Order
from camerad.recording.recorder import Recorder, Recording
from camerad.recording.session import Reason

MAX_DURATION_S: Final = 366 * 86_400
MAX_INTERVAL_S: Final = 86_400


class RecordingRequest(Struct, frozen=True):
    """The body of ``POST /api/recording/start``; every field is optional."""

    filename: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    duration: Annotated[
        Annotated[float, Meta(gt=0, le=MAX_DURATION_S)] | None,
        Meta(description="Seconds; it then ends by itself."),
    ] = None
    quality: Annotated[
        Literal["low", "medium", "high"] | Percent | None,
        Meta(description="A word or a JPEG quality. ``high`` keeps a camera's own JPEG as it is."),
    ] = None
    resolution: Annotated[
        Annotated[str, Meta(max_length=200, examples=["1920x1080"])] | None,
        Meta(description="Of the camera; what it lacks is answered with what it has."),
    ] = None
    framerate: Annotated[
        Annotated[float, Meta(gt=0, le=1000)] | None,
        Meta(description="Of the camera; with an interval, that of the film."),
    ] = None
    interval: Annotated[
        Annotated[float, Meta(ge=0.1, le=MAX_INTERVAL_S)] | None,
        Meta(description="A timelapse: seconds for each picture."),
    ] = None
    preroll: Annotated[
        Annotated[float, Meta(ge=0, le=MAX_PREROLL_S)] | None,
        Meta(
            description="Seconds before now that the film begins: at most, and without being "
            "asked, what ``recording.preroll`` of the configuration keeps."
        ),
    ] = None


class RecordingStarted(Struct, frozen=True):
    """``estimated_size`` is in bytes: of the whole film or, without a duration, what there is room
    for. ``preroll`` is in seconds: how far the film reaches back, if it does.
    """

    success: bool
    recording_id: str
    filename: str
    estimated_size: int
    preroll: float | UnsetType = UNSET


class RecordingStopped(Struct, frozen=True):
    """Seconds and bytes, over all parts of the film."""

    success: bool
    recording_id: str
    filename: str
    duration: int
    file_size: int


class LastRecording(Struct, frozen=True):
    """How the recording before has ended."""

    recording_id: str
    filename: str
    duration: int
    file_size: int
    dropped_frames: int
    reason: Reason | None


class RecordingStatus(Struct, frozen=True):
    """Seconds so far, bytes so far, and the bytes that are left; null while nothing is recorded."""

    recording: bool
    recording_id: str | None
    filename: str | None
    duration: int
    estimated_size: int
    remaining_space: int
    dropped_frames: int | UnsetType = UNSET
    last_recording: LastRecording | UnsetType = UNSET


START: Final = Operation(
    summary="Start a recording",
    method="POST",
    role=Role.OPERATOR,
    limit=Limit.API,
    query=(CAMERA,),
    body=RecordingRequest,
    answer=RecordingStarted,
    errors=(
        NotFound,
        FileExists,
        RecordingInProgress,
        InvalidFormat,
        InvalidResolution,
        CameraNotConnected,
        InsufficientStorage,
    ),
)
STOP: Final = Operation(
    summary="Stop the recording",
    method="POST",
    role=Role.OPERATOR,
    limit=Limit.API,
    query=(CAMERA,),
    answer=RecordingStopped,
    errors=(NotFound, NotRecording),
)
STATUS: Final = Operation(
    summary="The state of the recording",
    role=Role.VIEWER,
    limit=Limit.API,
    query=(CAMERA,),
    answer=RecordingStatus,
    errors=(NotFound,),
)


class RecordingRoute:
    """Records for clients."""

    def __init__(self, cameras: Cameras, recorder: Recorder) -> None:
        self._cameras = cameras
        self._recorder = recorder

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("recording")
        gate.route(blueprint, START, self.start, "/api/recording/start")
        gate.route(blueprint, STOP, self.stop, "/api/recording/stop")
        gate.route(blueprint, STATUS, self.status, "/api/recording/status")
        return blueprint

    async def start(self, request: Request) -> BaseHTTPResponse:
        wanted = body(request, RecordingRequest)
        fed = self._cameras.get(CAMERA.of(request))
        return json_answer(await start_recording(self._recorder, fed, wanted))

    async def stop(self, request: Request) -> BaseHTTPResponse:
        fed = self._cameras.get(CAMERA.of(request))
        return json_answer(await stop_recording(self._recorder, fed))

    async def status(self, request: Request) -> BaseHTTPResponse:
        fed = self._cameras.get(CAMERA.of(request))
        remaining = await self._recorder.remaining_bytes()
        now, last = self._recorder.recording(fed.id), self._recorder.last(fed.id)
        status = RecordingStatus(False, None, None, 0, 0, remaining)
        if now is not None:
            status = RecordingStatus(
                *(True, now.recording_id, now.filename, int(now.duration_s), now.size_bytes),
                *(remaining, now.dropped or UNSET),
            )
        elif last is not None:
            status = msgspec.structs.replace(status, last_recording=_last(last))
        return json_answer(status, headers={"cache-control": "no-store"})


async def start_recording(
    recorder: Recorder, fed: FedCamera, wanted: RecordingRequest
) -> RecordingStarted:
    started = await recorder.start(
        fed,
        Order(
            wanted.filename,
            wanted.duration,
            wanted.quality,
            wanted.resolution,
            wanted.framerate,
            wanted.interval,
            wanted.preroll,
        ),
    )
    return RecordingStarted(
        *(True, started.recording_id, started.filename, started.estimated_bytes),
        round(started.reaches_back_s, 3) or UNSET,
    )


async def stop_recording(recorder: Recorder, fed: FedCamera) -> RecordingStopped:
    ended = await recorder.stop(fed)
    return RecordingStopped(
        True, ended.recording_id, ended.filename, int(ended.duration_s), ended.size_bytes
    )


def _last(ended: Recording) -> LastRecording:
    return LastRecording(
        ended.recording_id,
        ended.filename,
        int(ended.duration_s),
        ended.size_bytes,
        ended.dropped,
        ended.reason,
    )
