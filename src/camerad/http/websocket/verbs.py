"""What clients of ``/ws`` can ask for."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from camerad.accounts.principal import Principal
from camerad.accounts.roles import Role
from camerad.config.store import ConfigStore
from camerad.errors import InvalidRequest
from camerad.events.bus import Subscriber
from camerad.events.event import Topic
from camerad.events.state import State
from camerad.frames.cameras import Cameras
from camerad.http.auth import demand
from camerad.http.config import owner
from camerad.http.limits import Limit
from camerad.http.recording import start_recording, stop_recording
from camerad.http.snapshots import take_snapshot
from camerad.http.websocket.messages import (
    Answer,
    Nothing,
    RecordingEnd,
    RecordingOrder,
    Response,
    Setting,
    SettingResult,
    SnapshotOrder,
    StateAnswer,
    Subscription,
)
from camerad.recording.recorder import Recorder
from camerad.snapshot.snapshots import Snapshots

SHORT_NAMES: Final = {
    "camera.framerate": "camera.default_framerate",
    "camera.resolution": "camera.default_resolution",
}
"""Parameters of the state under which a setting is known as well."""


class Client(Struct, frozen=True):
    """Who asks, and where the events go that are asked for."""

    principal: Principal
    subscriber: Subscriber


class Verb(Struct, frozen=True, kw_only=True):
    """A type of request: what it takes, who may make it, and what it does."""

    request: type[Struct]
    run: Callable[[Client, Any], Awaitable[Answer]]
    role: Role = Role.VIEWER
    limit: Limit = Limit.API
    quiet: bool = False
    """Nothing is answered, unless the client has given the request an ``id``."""


class Verbs:
    """Does what clients ask for."""

    def __init__(
        self,
        state: State,
        config: ConfigStore,
        cameras: Cameras,
        snapshots: Snapshots,
        recorder: Recorder,
    ) -> None:
        self._state = state
        self._config = config
        self._cameras = cameras
        self._snapshots = snapshots
        self._recorder = recorder

    def table(self) -> Mapping[str, Verb]:
        """All of them, by the type of the request."""
        return {
            "subscribe": Verb(request=Subscription, run=_subscribe, quiet=True),
            "unsubscribe": Verb(request=Subscription, run=_unsubscribe, quiet=True),
            "get_state": Verb(request=Nothing, run=self._get_state),
            "set_parameter": Verb(
                request=Setting, run=self._set_parameter, role=Role.OPERATOR, quiet=True
            ),
            "snapshot": Verb(
                request=SnapshotOrder, run=self._snapshot, role=Role.OPERATOR, limit=Limit.IMAGE
            ),
            "recording_start": Verb(
                request=RecordingOrder, run=self._recording_start, role=Role.OPERATOR
            ),
            "recording_stop": Verb(
                request=RecordingEnd, run=self._recording_stop, role=Role.OPERATOR
            ),
        }

    async def _get_state(self, client: Client, _request: Nothing) -> Answer:
        role = client.principal.role
        state = self._state.read()
        return StateAnswer(
            state={name: value for name, value in state.items() if may_see(role, name)}
        )

    async def _set_parameter(self, client: Client, wanted: Setting) -> Answer:
        section, change = _change_of(wanted)
        demand(client.principal, owner(section))
        restart_required = await asyncio.to_thread(self._config.merge, section, change)
        result = SettingResult(wanted.parameter, wanted.value, restart_required)
        return Response(request="set_parameter", result=result)

    async def _snapshot(self, _client: Client, wanted: SnapshotOrder) -> Answer:
        fed = self._cameras.get(wanted.camera)
        return Response(
            request="snapshot", result=await take_snapshot(self._snapshots, fed, wanted)
        )

    async def _recording_start(self, _client: Client, wanted: RecordingOrder) -> Answer:
        fed = self._cameras.get(wanted.camera)
        started = await start_recording(self._recorder, fed, wanted)
        return Response(request="recording_start", result=started)

    async def _recording_stop(self, _client: Client, wanted: RecordingEnd) -> Answer:
        fed = self._cameras.get(wanted.camera)
        stopped = await stop_recording(self._recorder, fed)
        return Response(request="recording_stop", result=stopped)


def may_see(role: Role, parameter: str) -> bool:
    """The configuration is shown to those who may change it, everything else to all."""
    top, _, rest = parameter.partition(".")
    return top != "config" or role.includes(owner(rest))


def _change_of(wanted: Setting) -> tuple[str, dict[str, Any]]:
    """The section that a parameter belongs to, and what is to be merged into it."""
    name = SHORT_NAMES.get(wanted.parameter, wanted.parameter)
    section, *keys = name.split(".", 2)
    if not keys or not all(keys):
        raise InvalidRequest("A parameter has a section and a name", "As in camera.framerate")
    value = wanted.value
    for key in reversed(keys):
        value = {key: value}
    return section, value


async def _subscribe(client: Client, wanted: Subscription) -> Answer:
    if wanted.event is Topic.FIRMWARE:
        demand(client.principal, Role.ADMIN)
    client.subscriber.topics.add(wanted.event)
    return Response(request="subscribe", result=wanted)


async def _unsubscribe(client: Client, wanted: Subscription) -> Answer:
    client.subscriber.topics.discard(wanted.event)
    return Response(request="unsubscribe", result=wanted)
