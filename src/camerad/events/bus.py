"""Carries events from where they happen to all who have subscribed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from camerad.events.backlog import Backlog
from camerad.events.event import Event, Topic
from camerad.events.wakeup import Wakeup


class Subscriber:
    """One who is told of events; which ones, ``topics`` says at any time."""

    def __init__(self) -> None:
        self.topics: set[Topic] = set()
        self._backlog = Backlog()
        self._arrived = asyncio.Event()

    @property
    def lost(self) -> int:
        return self._backlog.lost

    async def events(self) -> list[Event]:
        """Wait until something has happened; gives all that has, since the last time."""
        await self._arrived.wait()
        self._arrived.clear()
        return [event for event in self._backlog.take() if event.topic in self.topics]

    def tell(self, event: Event) -> None:
        if event.topic in self.topics:
            self._backlog.put(event)
            self._arrived.set()


class Bus:
    """Events are published in any thread, and wait for each subscriber in a ``Backlog``.

    Every method but ``publish`` belongs to the event loop.
    """

    def __init__(self) -> None:
        self._subscribers: dict[Subscriber, None] = {}
        self._published = Backlog()
        self._lock = threading.Lock()
        self._wakeup = Wakeup(self._deliver)

    def publish(self, event: Event) -> None:
        """Tell all subscribers, on the event loop; never blocks."""
        if self._subscribers:
            with self._lock:
                self._published.put(event)
            self._wakeup.ask()

    @contextmanager
    def subscribed(self) -> Iterator[Subscriber]:
        """A subscriber, of no topic yet, for as long as the context lasts."""
        self._wakeup.bind()
        subscriber = Subscriber()
        self._subscribers[subscriber] = None
        try:
            yield subscriber
        finally:
            del self._subscribers[subscriber]

    def close(self) -> None:
        """Carry no more: the event loop ends."""
        self._wakeup.unbind()

    def _deliver(self) -> None:
        with self._lock:
            events = self._published.take()
        for event in events:
            for subscriber in self._subscribers:
                subscriber.tell(event)
