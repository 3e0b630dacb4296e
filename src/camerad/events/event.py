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


FirmwareStep = Literal[
    "ready",
    "installing",
    "progress",
    "installed",
    "failed",
    "activating",
    "activated",
    "rolled_back",
]


class FirmwareEvent(Event, frozen=True, tag="firmware_event"):
    """An update has come a step further. ``percentage`` belongs to ``progress``; ``message`` says
    what is being done, or why it has failed.
    """

    topic = Topic.FIRMWARE
    event: FirmwareStep
    version: str
    percentage: int
    message: str | None
    timestamp: str
