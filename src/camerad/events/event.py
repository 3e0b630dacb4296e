"""The events, as they stand in the messages that clients get."""

import enum
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType


class Topic(enum.Enum):
    """What can be subscribed to."""

    STATE = "state_changes"
    CAMERA = "camera_events"
    FIRMWARE = "firmware_events"


class Event(Struct, frozen=True, tag_field="type"):
    """Something that has happened."""

    topic: ClassVar[Topic]


class StateUpdate(Event, frozen=True, tag="state_update"):
    """A parameter of the state has another value: any that JSON can say."""

    topic = Topic.STATE
    parameter: str
    value: object


class CameraEvent(Event, frozen=True, tag="camera_event"):
    """A camera has come or gone; ``reason`` says why it has gone."""

    topic = Topic.CAMERA
    event: Literal["camera_connected", "camera_disconnected"]
    camera: int
    device: str
    timestamp: str
    reason: str | UnsetType = UNSET
