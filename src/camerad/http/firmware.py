"""``/api/firmware``: the systems in the device's slots, and its update."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.errors import (
    FileMissing,
    IncompatibleFirmware,
    InvalidSignature,
    NoFirmware,
    ServiceMissing,
    UpdateInProgress,
)
from camerad.firmware.memory import Activating, AnyState, Installed, Installing, Outcome, Ready
from camerad.firmware.rauc import Progress
from camerad.firmware.updates import Overview, Updates
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import body

StateName = Literal["idle", "ready", "installing", "installed", "activating", "testing"]


class FirmwareSlot(Struct, frozen=True):
    """One of the places that a system can be started from. ``version`` is that of the bundle which
    was installed there, and ``installed`` when; null if that was not by an update.
    """

    name: str
    bootname: str
    booted: bool
    primary: Annotated[bool, Meta(description="The next start tries it first.")]
    good: Annotated[bool, Meta(description="The bootloader would start it.")]
    version: str | None
    installed: str | None


class FirmwareBundle(Struct, frozen=True):
    """The bundle that waits, or is being installed: its virtual path, its size in bytes."""

    path: str
    version: str
    size: int


class FirmwareStatus(Struct, frozen=True):
    """``version`` is what runs. ``pending`` is the version that was installed and not started yet,
    or is being started; ``testing`` means that it runs but has not proven itself.
    """

    version: str
    compatible: str
    state: StateName
    progress: Progress | None
    bundle: FirmwareBundle | None
    pending: str | None
    slots: list[FirmwareSlot]
    last_update: Outcome | None


class FirmwareInstall(Struct, frozen=True):
    force: Annotated[bool, Meta(description="Even if it is older than what runs.")] = False


class FirmwareOrder(Struct, frozen=True):
    """What was begun, with which version."""

    success: bool
    state: Literal["installing", "activating"]
    version: str


STATUS: Final = Operation(
    summary="What runs, what is installed, and how far an update is",
    role=Role.ADMIN,
    limit=Limit.API,
    answer=FirmwareStatus,
    errors=(ServiceMissing,),
)
INSTALL: Final = Operation(
    summary="Install the bundle that was uploaded",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    body=FirmwareInstall,
    answer=FirmwareOrder,
    errors=(
        FileMissing,
        NoFirmware,
        UpdateInProgress,
        InvalidSignature,
        IncompatibleFirmware,
        ServiceMissing,
    ),
)
ACTIVATE: Final = Operation(
    summary="Restart the device into what was installed",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    answer=FirmwareOrder,
    errors=(NoFirmware, UpdateInProgress, ServiceMissing),
)
ROLL_BACK: Final = Operation(
    summary="Restart the device into the system of the other slot",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.API,
    answer=FirmwareOrder,
    errors=(NoFirmware, UpdateInProgress, ServiceMissing),
)


class FirmwareRoute:
    """Shows and begins updates."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("firmware")
        gate.route(blueprint, STATUS, self.status, "/api/firmware")
        gate.route(blueprint, INSTALL, self.install, "/api/firmware/install")
        gate.route(blueprint, ACTIVATE, self.activate, "/api/firmware/activate")
        gate.route(blueprint, ROLL_BACK, self.roll_back, "/api/firmware/rollback")
        return blueprint

    async def status(self, _request: Request) -> BaseHTTPResponse:
        overview = await self._updates.overview()
        course = self._updates.course
        status = FirmwareStatus(
            version=overview.running,
            compatible=overview.compatible,
            state="testing" if course.testing else _name(overview.state),
            progress=course.progress,
            bundle=_bundle(overview.state),
            pending=_pending(overview.state),
            slots=_slots(overview),
            last_update=course.last,
        )
        return json_answer(status, headers={"cache-control": "no-store"})

    async def install(self, request: Request) -> BaseHTTPResponse:
        wanted = body(request, FirmwareInstall)
        bundle = await self._updates.install(force=wanted.force)
        return json_answer(FirmwareOrder(True, "installing", bundle.version))

    async def activate(self, _request: Request) -> BaseHTTPResponse:
        return json_answer(FirmwareOrder(True, "activating", await self._updates.activate()))

    async def roll_back(self, _request: Request) -> BaseHTTPResponse:
        return json_answer(FirmwareOrder(True, "activating", await self._updates.roll_back()))


def _name(state: AnyState) -> StateName:
    name: StateName = state.__struct_config__.tag  # type: ignore[assignment]  # tags are strings
    return name


def _bundle(state: AnyState) -> FirmwareBundle | None:
    if isinstance(state, Ready | Installing):
        return FirmwareBundle(state.bundle.path, state.bundle.version, state.bundle.size)
    return None


def _pending(state: AnyState) -> str | None:
    return state.version if isinstance(state, Installed | Activating) else None


def _slots(overview: Overview) -> list[FirmwareSlot]:
    return [
        FirmwareSlot(
            name=slot.name,
            bootname=slot.bootname,
            booted=slot.booted,
            primary=slot.name == overview.primary,
            good=slot.good,
            version=overview.running if slot.booted else slot.version,
            installed=slot.installed,
        )
        for slot in overview.slots
    ]
