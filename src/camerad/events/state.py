"""The state of the device, by parameter, and what has changed of it."""

from collections.abc import Callable, Mapping, Sequence

from camerad.events.bus import Bus
from camerad.events.event import StateUpdate
from camerad.events.wakeup import Wakeup

Values = Mapping[str, object]
"""By parameter: ``camera.connected``. The values are what JSON can say."""


class State:
    """Reads the truth from ``sources`` and compares it with what it was.

    Whoever changes something calls ``changed``, and need not know what that means to others: what
    has another value than before is published. Nothing is looked at while nobody calls.
    """

    def __init__(self, bus: Bus, sources: Sequence[Callable[[], Values]]) -> None:
        self._bus = bus
        self._sources = sources
        self._known: dict[str, object] = {}
        self._wakeup = Wakeup(self._compare)

    def start(self) -> None:
        """From now on changes count; belongs to the event loop, like ``read`` and ``close``."""
        self._wakeup.bind()
        self._known = self._read()

    def changed(self) -> None:
        """Something may have changed. May be called in any thread; returns at once."""
        self._wakeup.ask()

    def read(self) -> Values:
        """What is true now; all others hear of it as well if it is new."""
        self._compare()
        return self._known

    def close(self) -> None:
        self._wakeup.unbind()

    def _compare(self) -> None:
        before, self._known = self._known, self._read()
        for parameter, value in self._known.items():
            if parameter not in before or before[parameter] != value:
                self._bus.publish(StateUpdate(parameter, value))

    def _read(self) -> dict[str, object]:
        return {name: value for source in self._sources for name, value in source().items()}
