"""The messages of ``/ws`` beside the events themselves: what clients ask, and the answers."""

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from camerad.errors import CameradError, InvalidRequest, UnsupportedMediaType
from camerad.events.event import Topic
from camerad.events.state import Values
from camerad.http.errors import Error, described
from camerad.http.recording import RecordingRequest
from camerad.http.snapshots import SnapshotRequest

R = TypeVar("R", bound=Struct)

CameraNumber = Annotated[int, Meta(ge=0, le=999)]
Id = str | int | float | bool | None


class Head(Struct, frozen=True):
    """What all requests have: a type, and an ``id`` if the client wants one in the answer."""

    type: str = ""
    id: Id | UnsetType = UNSET


class Nothing(Struct, frozen=True):
    """A request that says all by its type."""


class Subscription(Struct, frozen=True):
    event: Topic


class Setting(Struct, frozen=True):
    """``camera.framerate``, ``stream.quality``, ``camera.controls.brightness``."""

    parameter: Annotated[str, Meta(max_length=200)]
    value: Any


class SnapshotOrder(SnapshotRequest, frozen=True):
    camera: CameraNumber | None = None


class RecordingOrder(RecordingRequest, frozen=True):
    camera: CameraNumber | None = None


class RecordingEnd(Struct, frozen=True):
    camera: CameraNumber | None = None


class Answer(Struct, frozen=True, kw_only=True, tag_field="type"):
    id: Id | UnsetType = UNSET


class StateAnswer(Answer, frozen=True, kw_only=True, tag="state"):
    state: Values


class Response(Answer, frozen=True, kw_only=True, tag="response"):
    """That a ``request`` has been fulfilled, and what came of it."""

    request: str
    result: Any


class ErrorMessage(Answer, frozen=True, kw_only=True, tag="error"):
    error: Error


class SettingResult(Struct, frozen=True):
    parameter: str
    value: Any
    restart_required: list[str]


def head_of(message: str | bytes) -> Head:
    """Type and id of a request; raises ``InvalidRequest`` and ``UnsupportedMediaType``."""
    if isinstance(message, bytes):
        raise UnsupportedMediaType("A binary message is no request", "Send JSON as text")
    return parse(message, Head)


def parse(message: str | bytes, kind: type[R]) -> R:
    try:
        return msgspec.json.decode(message, type=kind)
    except msgspec.ValidationError as error:
        raise InvalidRequest("The message is not valid", str(error)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidRequest("The message cannot be read", str(error)) from None


def error_message(error: CameradError, id_: Id | UnsetType) -> ErrorMessage:
    return ErrorMessage(id=id_, error=described(error))
