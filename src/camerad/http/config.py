"""``/api/config``: reading the configuration, and changing it while it is at work."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final, Generic, TypeVar

from msgspec import Meta, Struct, field
from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.capture.source import Control
from camerad.config import schema
from camerad.config.layers import unwrap
from camerad.config.store import ConfigStore
from camerad.config.validate import SECTIONS
from camerad.errors import (
    InsufficientStorage,
    InvalidConfig,
    InvalidRequest,
    RecordingInProgress,
)
from camerad.frames.cameras import Cameras
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Operation
from camerad.http.params import body

T = TypeVar("T")

Change = Callable[[str, object], list[str]]
"""``ConfigStore.replace`` or ``merge``."""

CONTROLS: Final = "available_controls"
"""The one key that is shown and cannot be set: a client may send back all that it was shown."""


class CameraSection(schema.Camera, frozen=True, kw_only=True):
    """The section ``camera``, with what its ``controls`` can be."""

    available_controls: Annotated[
        tuple[Control, ...],
        Meta(
            extra_json_schema={"readOnly": True},
            description="Of the active camera, as the device reports them.",
        ),
    ]


class CameraPatch(schema.Camera, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What PATCH takes for the section ``camera``: null takes a control out."""

    controls: dict[schema.ControlName, schema.ControlValue | None] = field(default_factory=dict)  # type: ignore[assignment]  # only described, never made


class Changed(Struct, Generic[T], frozen=True):
    """The answer of PUT and PATCH: the section as it is now."""

    success: bool
    config: T
    restart_required: Annotated[
        list[str], Meta(description="Keys whose change waits for the next start.")
    ]


READ_ALL: Final = Operation(
    summary="The whole configuration", role=Role.ADMIN, limit=Limit.API, answer=schema.Config
)


class ConfigRoute:
    """Shows the whole configuration, without its secrets, and each of its sections."""

    def __init__(self, config: ConfigStore, cameras: Cameras) -> None:
        self._config = config
        self._sections = [Section(name, config, cameras) for name in SECTIONS]

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("config")
        gate.route(blueprint, READ_ALL, self.read_all, "/api/config")
        for section in self._sections:
            section.add_to(blueprint, gate)
        return blueprint

    async def read_all(self, _request: Request) -> BaseHTTPResponse:
        return _answer(self._config.public())


class Section:
    """One section. Each has routes of its own, since each has its own types."""

    def __init__(self, name: str, config: ConfigStore, cameras: Cameras) -> None:
        self._name = name
        self._config = config
        self._cameras = cameras

    def add_to(self, blueprint: Blueprint, gate: Gate) -> None:
        path = f"/api/config/{self._name}"
        gate.route(blueprint, _reading(self._name), self.read, path)
        for method, summary, handler in (
            ("PUT", f"Replace the settings of {self._name}", self.replace),
            ("PATCH", f"Change some settings of {self._name}", self.merge),
        ):
            gate.route(blueprint, _changing(self._name, method, summary), handler, path)

    async def read(self, _request: Request) -> BaseHTTPResponse:
        values = self._config.public(self._name)
        if self._name == "camera":
            values[CONTROLS] = self._cameras.get().camera.status.controls
        return _answer(values)

    async def replace(self, request: Request) -> BaseHTTPResponse:
        return await self._change(self._config.replace, request)

    async def merge(self, request: Request) -> BaseHTTPResponse:
        return await self._change(self._config.merge, request)

    async def _change(self, change: Change, request: Request) -> BaseHTTPResponse:
        settings = _settings(request, self._name)
        restart_required = await asyncio.to_thread(change, self._name, settings)
        return _answer(Changed(True, self._config.public(self._name), restart_required))


def owner(section: str) -> Role:
    """Who may see a section, and change it."""
    return Role.OPERATOR if section == "camera" else Role.ADMIN


def _settings(request: Request, section: str) -> object:
    """What a client sends to be set, bare or wrapped in the section's name."""
    if not request.body:  # else an empty PUT would put the whole section back to its defaults
        raise InvalidRequest("The request has no body", "Send the settings as JSON")
    settings = unwrap(section, body(request, dict[str, Any]))
    if section == "camera" and isinstance(settings, dict):
        settings.pop(CONTROLS, None)
    return settings


def _answer(value: object) -> BaseHTTPResponse:
    return json_answer(value, headers={"cache-control": "no-store"})


def _reading(section: str) -> Operation:
    return Operation(
        summary=f"The settings of {section}",
        role=owner(section),
        limit=Limit.API,
        answer=CameraSection if section == "camera" else SECTIONS[section],
    )


def _changing(section: str, method: str, summary: str) -> Operation:
    kind = SECTIONS[section]
    taken = CameraPatch if (section, method) == ("camera", "PATCH") else kind
    description = f'The settings, bare or wrapped in the section\'s name: `{{"{section}": ...}}`.'
    return Operation(
        summary=summary,
        method=method,
        role=owner(section),
        limit=Limit.API,
        body=Annotated[taken, Meta(description=description)],
        answer=Changed[kind],  # type: ignore[valid-type]  # each section has its own
        errors=(InvalidConfig, RecordingInProgress, InsufficientStorage),
    )
