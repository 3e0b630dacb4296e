"""``/api/system/factory-reset``: everything that the device was told and has recorded, gone."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import ServiceMissing, UpdateInProgress
from camerad.firmware.factory_reset import FactoryReset
from camerad.http.answers import Done, json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import body


class FactoryResetRequest(Struct, frozen=True):
    confirm: Annotated[
        Literal["factory-reset"],
        Meta(description="Recordings, files, settings, users and tokens are lost for good."),
    ]


FACTORY_RESET: Final = Operation(
    summary="Wipe all data and restart as on the first day",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    body=FactoryResetRequest,
    answer=Done,
    errors=(UpdateInProgress, ServiceMissing),
)


class FactoryResetRoute:
    """Asks for a word of confirmation first."""

    def __init__(self, factory_reset: FactoryReset) -> None:
        self._factory_reset = factory_reset

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("factory-reset")
        gate.route(blueprint, FACTORY_RESET, self.begin, "/api/system/factory-reset")
        return blueprint

    async def begin(self, request: Request) -> BaseHTTPResponse:
        body(request, FactoryResetRequest)
        await self._factory_reset.begin()
        return json_answer(Done())
