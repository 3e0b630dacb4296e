"""``/camera.jpeg`` and ``/image``: the current picture."""

import os
from email.utils import formatdate
from typing import Final

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.clock import epoch_of
from camerad.config.store import ConfigStore
from camerad.errors import CameraNotConnected, NotFound
from camerad.frames.cameras import Cameras
from camerad.frames.current import current_frame
from camerad.frames.frame import Frame
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Media, Operation
from camerad.http.params import CAMERA, QUALITY
from camerad.imaging.encoder import Encoder

IMAGE: Final = Operation(
    summary="The current picture",
    role=Role.VIEWER,
    limit=Limit.IMAGE,
    query=(QUALITY, CAMERA),
    answer=Media("image/jpeg", "The newest frame."),
    etag=True,
    errors=(NotFound, CameraNotConnected),
)


class Images:
    """Serves the newest frame of a camera as JPEG."""

    def __init__(self, cameras: Cameras, encoder: Encoder, config: ConfigStore) -> None:
        self._cameras = cameras
        self._encoder = encoder
        self._config = config
        # Frame numbers start again with the daemon; their tags must not.
        self._run = os.urandom(4).hex()

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("images")
        gate.route(blueprint, IMAGE, self.image, "/camera.jpeg", "/image")
        return blueprint

    async def image(self, request: Request) -> BaseHTTPResponse:
        quality = QUALITY.of(request)
        fed = self._cameras.get(CAMERA.of(request))
        settings = self._config.current.camera
        frame = await current_frame(fed, settings.max_age, settings.open_timeout)
        headers = self._headers(frame, quality)
        if headers["etag"] in _tags(request.headers.get("if-none-match", "")):
            return HTTPResponse(status=304, headers=headers)
        jpeg = await self._encoder.jpeg(frame, quality)
        return HTTPResponse(jpeg.data, headers=headers, content_type="image/jpeg")

    def _headers(self, frame: Frame, quality: int | None) -> dict[str, str]:
        captured_at = epoch_of(frame.captured_at_s)
        return {
            "etag": f'"{self._run}-{frame.camera}-{frame.number}-{quality or "own"}"',
            "last-modified": formatdate(captured_at, usegmt=True),
            "x-timestamp": f"{captured_at:.6f}",
            "cache-control": "no-store",
        }


def _tags(if_none_match: str) -> set[str]:
    """The entity tags of If-None-Match, weak ones as strong (RFC 9110, 13.1.2)."""
    return {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
