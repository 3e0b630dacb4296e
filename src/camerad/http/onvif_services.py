"""``/onvif``: the services of this device as an ONVIF camera."""

from typing import Final

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.errors import CameradError, NotFound
from camerad.http.auth import Authenticator, client_address
from camerad.http.gate import Gate, read_body
from camerad.http.limits import Limit
from camerad.http.onvif import SOAP11_TYPE, SOAP12_TYPE, check_media_type
from camerad.http.operation import Media, Operation
from camerad.onvif.envelope import Envelope, read_envelope
from camerad.onvif.names import SOAP12
from camerad.onvif.serving import soap
from camerad.onvif.serving.camera import OnvifCamera
from camerad.onvif.serving.faults import Fault, NotAuthorized
from camerad.onvif.serving.login import UsernameTokens

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
    errors=(NotFound,),
)


class OnvifServices:
    """Answers ONVIF's clients, under the same users as everything else."""

    def __init__(
        self, camera: OnvifCamera, tokens: UsernameTokens, authenticator: Authenticator
    ) -> None:
        self._camera = camera
        self._tokens = tokens
        self._authenticator = authenticator

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("onvif_services")
        gate.route(blueprint, SERVE, self.serve, "/onvif/device_service", "/onvif/media_service")
        return blueprint

    async def serve(self, request: Request) -> BaseHTTPResponse:
        if not self._camera.is_there:
            raise NotFound("There is nothing at this path")
        check_media_type(request)
        await read_body(request, MAX_REQUEST_BYTES)
        envelope = read_envelope(request.body)
        try:
            principal = await self._principal(request, envelope)
            base_url = f"{request.scheme}://{request.host}"
            body, status = await self._camera.answer(envelope, base_url, principal), 200
        except Fault as fault:
            body, status = soap.fault(fault), fault.status
        media_type = SOAP12_TYPE if envelope.version == SOAP12 else SOAP11_TYPE
        return HTTPResponse(
            soap.answer(envelope.version, body),
            status,
            {"cache-control": "no-store"},
            f"{media_type}; charset=utf-8",
        )

    async def _principal(self, request: Request, envelope: Envelope) -> Principal | None:
        if "authorization" not in request.headers:
            return await self._tokens.principal(envelope, client_address(request))
        try:
            return await self._authenticator.require(request, Role.VIEWER)
        except CameradError as error:
            raise NotAuthorized(error.message) from None
