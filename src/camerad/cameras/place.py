"""One number, and the camera that has it, whether it is plugged in or not."""

from collections.abc import Callable

from camerad.capture.identity import VideoNode
from camerad.capture.pattern import PatternSource
from camerad.capture.plug import Plug
from camerad.capture.source import Source
from camerad.capture.status import State
from camerad.frames.cameras import FedCamera


class Place:
    """Every method belongs to the event loop."""

    def __init__(
        self, plug: Plug, fed: FedCamera, source_of: Callable[[VideoNode], Source]
    ) -> None:
        """``fed`` is the camera whose source is ``plug``; ``source_of`` makes one of a node."""
        self.fed = fed
        self._plug = plug
        self._source_of = source_of
        self._node: VideoNode | None = None
        self._shows_pattern = False

    def take(self, node: VideoNode) -> None:
        """The camera is plugged in; one that has failed is looked at again."""
        if node != self._node:
            self._node = node
            self._shows_pattern = False
            self._plug.plug(self._source_of(node))
            self.fed.camera.probe()
        elif not self.fed.camera.connected:
            self.fed.camera.probe()

    def show_pattern(self) -> None:
        """Stand in for a camera that has never been here."""
        if not self._shows_pattern:
            self._shows_pattern = True
            self._plug.plug(PatternSource())
            self.fed.camera.probe()

    def empty(self) -> None:
        """The camera is not plugged in."""
        if self._node is not None or self.fed.camera.status.state is State.PROBING:
            self._node = None
            self._plug.unplug()
            self.fed.camera.probe()
