"""``/onvif``: the services of this device as an ONVIF camera."""

from typing import Final

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import InvalidCredentials, NotFound
from camerad.http.auth import Authenticator, client_address
from camerad.http.gate import Gate, read_body
from camerad.http.limits import Limit
from camerad.http.onvif import SOAP12_TYPE, check_media_type
from camerad.http.operation import Media, Operation
from camerad.onvif.late import Onvif

MAX_REQUEST_BYTES: Final = 32 * 1024
"""From strangers: what clients really send has 2 KB."""

SERVE: Final = Operation(
    summary="This device as an ONVIF camera, while onvif.serve is on",
    method="POST",
    # By ONVIF some operations are open to all; the others ask in SOAP's own way, or in HTTP's.
    role=None,
    limit=Limit.API,
    body=Media(SOAP12_TYPE, "A SOAP envelope, in UTF-8; `text/xml` for SOAP 1.1."),
    answer=Media(SOAP12_TYPE, "A SOAP envelope."),
    errors=(NotFound, InvalidCredentials),
)


class OnvifServices:
    """Answers ONVIF's clients, under the same users as everything else."""

    def __init__(self, onvif: Onvif, authenticator: Authenticator) -> None:
        self._onvif = onvif
        self._authenticator = authenticator

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("onvif_services")
        gate.route(blueprint, SERVE, self.serve, "/onvif/device_service", "/onvif/media_service")
        return blueprint

    async def serve(self, request: Request) -> BaseHTTPResponse:
        camera = self._onvif.camera
        if camera is None:
            raise NotFound("There is nothing at this path")
        check_media_type(request)
        await read_body(request, MAX_REQUEST_BYTES)
        principal = None
        if "authorization" in request.headers:
            principal = await self._authenticator.require(request, Role.VIEWER)
        base_url = f"{request.scheme}://{request.host}"
        answer = await camera.answer(request.body, base_url, principal, client_address(request))
        return HTTPResponse(
            answer.data, answer.status, {"cache-control": "no-store"}, answer.content_type
        )
