"""Events that wait to be taken."""

from collections import deque
from typing import Final

from camerad.events.event import Event, StateUpdate

MAX_EVENTS: Final = 64


class Backlog:
    """Bounded, whoever is slow: of each parameter the newest value is kept, of all other events
    the last ``MAX_EVENTS``.
    """

    def __init__(self) -> None:
        self.lost = 0
        """Events that were dropped; a value that a newer one has replaced is not one of them."""
        self._updates: dict[str, StateUpdate] = {}
        self._events: deque[Event] = deque(maxlen=MAX_EVENTS)

    def put(self, event: Event) -> None:
        if isinstance(event, StateUpdate):
            self._updates[event.parameter] = event
            return
        self.lost += len(self._events) == MAX_EVENTS
        self._events.append(event)

    def take(self) -> list[Event]:
        """Everything that waits."""
        events = [*self._events, *self._updates.values()]
        self._events.clear()
        self._updates.clear()
        return events
