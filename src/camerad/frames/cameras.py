"""The cameras of this device, each with its feed, by their stable numbers."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from camerad.capture.camera import Camera
from camerad.capture.source import Mode
from camerad.errors import NotFound
from camerad.frames.feed import Feed
from camerad.frames.picture import Picture


class FedCamera(Struct, frozen=True):
    """A camera together with the feed that its thread publishes to."""

    id: int
    camera: Camera[Picture]
    feed: Feed
    pinned: Mode = Mode()
    """What the command line says of its mode, which no configuration changes."""


class Cameras:
    """All cameras, and which of them answers when a client names none. Some may come later; none
    ever leaves, since it keeps its number while it is away.

    Every method but the reading ones belongs to the event loop.
    """

    def __init__(self, cameras: Mapping[int, FedCamera], active: int) -> None:
        self._cameras = dict(cameras)
        self._listeners: list[Callable[[FedCamera], None]] = []
        self.active = active

    def __iter__(self) -> Iterator[FedCamera]:
        return iter(tuple(self._cameras.values()))

    def __contains__(self, number: int) -> bool:
        return number in self._cameras

    def on_added(self, listener: Callable[[FedCamera], None]) -> None:
        """Tell ``listener`` of every camera that comes later."""
        self._listeners.append(listener)

    def add(self, fed: FedCamera) -> None:
        """Take in a camera of a new number."""
        self._cameras = dict(sorted([*self._cameras.items(), (fed.id, fed)]))
        for listener in self._listeners:
            listener(fed)

    def get(self, number: int | None = None) -> FedCamera:
        """The camera of that number, or the active one; raises ``NotFound``."""
        wanted = self.active if number is None else number
        try:
            return self._cameras[wanted]
        except KeyError:
            known = ", ".join(map(str, self._cameras))
            raise NotFound(f"There is no camera {wanted}", f"Cameras: {known}") from None
