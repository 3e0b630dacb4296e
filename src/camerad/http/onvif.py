"""``/api/onvif``: the cameras of the network, and a way through to them."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Final
from urllib.parse import unquote

from msgspec import Meta, Struct
from sanic import Blueprint, Request
from sanic.headers import parse_content_header
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import (
    CameradError,
    InvalidRequest,
    NotFound,
    OnvifDeviceNotFound,
    OnvifDeviceTimeout,
    OnvifDeviceUnreachable,
    Overloaded,
    UnsupportedMediaType,
)
from camerad.http.answers import json_answer
from camerad.http.gate import Gate, read_body
from camerad.http.limits import Limit
from camerad.http.operation import Media, Operation, Query
from camerad.http.takeover import untimed
from camerad.onvif.late import Onvif

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S: Final = 2.0
MAX_REQUEST_BYTES: Final = 256 * 1024
STALLED_AFTER_S: Final = 30.0

SOAP12_TYPE: Final = "application/soap+xml"
SOAP11_TYPE: Final = "text/xml"
_ACTION: Final = re.compile(r'[^\x00-\x20"\\\x7f-\U0010ffff]{0,512}')

ANSWER_HEADERS: Final = {
    "cache-control": "no-store",
    # What a device writes must not come to life as a page of this one.
    "content-security-policy": "default-src 'none'; sandbox",
}


class FoundDevice(Struct, frozen=True):
    uuid: str
    name: str
    hardware: str
    location: str
    services: list[str]


class FoundDevices(Struct, frozen=True):
    devices: list[FoundDevice]


class KnownDevice(Struct, frozen=True):
    uuid: str
    name: str
    hardware: str
    location: str
    services: dict[str, str]
    """URLs by the names that the proxy has for them."""
    last_seen: str | None
    entered: bool
    """By hand, in ``onvif.devices``."""


class KnownDevices(Struct, frozen=True):
    devices: list[KnownDevice]


TIMEOUT: Final = Query[float](
    "timeout",
    Annotated[float, Meta(ge=0.1, le=30)],
    f"Seconds that devices have to answer; {DEFAULT_TIMEOUT_S:g}, unless given.",
)
DISCOVER: Final = Operation(
    summary="Find the ONVIF cameras of the network",
    role=Role.ADMIN,
    limit=Limit.API,
    query=(TIMEOUT,),
    answer=FoundDevices,
)
KNOWN: Final = Operation(
    summary="The ONVIF cameras that are known, found once or entered by hand",
    role=Role.ADMIN,
    limit=Limit.API,
    answer=KnownDevices,
)
FORWARD: Final = Operation(
    summary="Pass a SOAP request on to an ONVIF camera, and its answer back",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    path={
        "device_id": "The camera's `uuid`, with or without `urn:uuid:`.",
        "service": "`device_service`, `media_service`, ...",
    },
    body=Media(SOAP12_TYPE, "A SOAP envelope, in UTF-8; `text/xml` for SOAP 1.1."),
    answer=Media(SOAP12_TYPE, "The camera's own answer; its faults too, with its own status."),
    errors=(
        OnvifDeviceNotFound,
        NotFound,
        OnvifDeviceUnreachable,
        OnvifDeviceTimeout,
        Overloaded,
    ),
)


class OnvifRoute:
    """Finds other cameras, and speaks through to them."""

    def __init__(self, onvif: Onvif) -> None:
        self._onvif = onvif

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("onvif")
        gate.route(blueprint, DISCOVER, self.discover, "/api/onvif/discover")
        gate.route(blueprint, KNOWN, self.known, "/api/onvif/devices")
        gate.route(blueprint, FORWARD, self.forward, "/api/onvif/<device_id:str>/<service:str>")
        return blueprint

    async def discover(self, request: Request) -> BaseHTTPResponse:
        timeout_s = TIMEOUT.of(request) or DEFAULT_TIMEOUT_S
        if request.method == "HEAD":
            return json_answer(FoundDevices([]))
        client = await self._onvif.client()
        devices = [
            FoundDevice(
                *(device.uuid, device.name, device.hardware, device.location),
                list(device.services.values()),
            )
            for device in await client.finder.discover(timeout_s)
        ]
        return json_answer(FoundDevices(devices), headers={"cache-control": "no-store"})

    async def known(self, _request: Request) -> BaseHTTPResponse:
        directory = (await self._onvif.client()).directory
        devices = [
            KnownDevice(
                *(device.uuid, device.name, device.hardware, device.location),
                *(device.services, device.last_seen, directory.is_entered(device.uuid)),
            )
            for device in directory.known()
        ]
        return json_answer(KnownDevices(devices), headers={"cache-control": "no-store"})

    async def forward(self, request: Request, device_id: str, service: str) -> None:
        action = _soap_action(request)
        await read_body(request, MAX_REQUEST_BYTES)
        proxy = (await self._onvif.client()).proxy
        names = (unquote(device_id), unquote(service))
        with untimed(request):
            async with proxy.forwarded(*names, request.body, action) as answer:
                # Whatever is wrong with it is mostly known by now, and can still be told.
                first = await anext(answer.chunks, b"")
                response = await request.respond(
                    status=answer.status,
                    headers=ANSWER_HEADERS,
                    content_type=f"{answer.media_type}; charset=utf-8",
                )
                await response.send(first)
                await _send_rest(response, answer.chunks)


async def _send_rest(response: BaseHTTPResponse, chunks: AsyncIterator[bytes]) -> None:
    try:
        async for chunk in chunks:
            async with asyncio.timeout(STALLED_AFTER_S):
                await response.send(chunk)
    except (CameradError, TimeoutError) as error:
        logger.info("An ONVIF answer ended early: %s", error)
        # Without a word from Sanic: only the connection's end can tell the client.
        raise asyncio.CancelledError from None


def _soap_action(request: Request) -> str:
    """The action that SOAP's transport tells; may be empty."""
    media_type, options = check_media_type(request)
    header = request.headers.get("soapaction", "").strip().strip('"')
    action = header if media_type == SOAP11_TYPE else str(options.get("action", ""))
    if not _ACTION.fullmatch(action):
        raise InvalidRequest("The SOAP action is malformed")
    return action


def check_media_type(request: Request) -> tuple[str, Mapping[str, object]]:
    """SOAP's media type, and its parameters. Raises ``UnsupportedMediaType``: what a page of
    another site can send without being asked has other types.
    """
    media_type, options = parse_content_header(request.headers.get("content-type", ""))
    if media_type not in (SOAP12_TYPE, SOAP11_TYPE):
        raise UnsupportedMediaType(
            "The request body has the wrong media type", f"Send Content-Type: {SOAP12_TYPE}"
        )
    if str(options.get("charset", "utf-8")).lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("The request body has the wrong encoding", "Send UTF-8")
    return media_type, options
