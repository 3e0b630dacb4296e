"""A place for a camera, which may be empty."""

import threading
from contextlib import AbstractContextManager
from typing import Final

from camerad.capture.source import (
    CameraFault,
    CaptureFormat,
    Control,
    Mode,
    RawFrame,
    Source,
    SupportedMode,
)

FIRST_LOOK_S: Final = 3.0
"""Who asks for a picture while the daemon still looks for its cameras waits for the outcome."""


class Plug:
    """Implements ``Source`` by whatever is plugged in, which any thread may change at any time.

    A source that is open then gives no more frames: the next call says that it has gone.
    """

    def __init__(self, name: str, away: str) -> None:
        """``name`` is what the camera is called before it is first seen; ``away`` says why there
        is none.
        """
        self._name = name
        self._away = away
        self._looked = threading.Event()
        self._plugged: Source | None = None
        self._opened: Source | None = None

    def plug(self, source: Source) -> None:
        self._name = source.device
        self._away = _gone(source)
        self._plugged = source
        self._looked.set()
        self.interrupt()

    def unplug(self) -> None:
        self._plugged = None
        self._looked.set()
        self.interrupt()

    @property
    def device(self) -> str:
        return self._name

    def present(self) -> bool:
        plugged = self._plugged
        return plugged is not None and plugged.present()

    def open(self, mode: Mode) -> CaptureFormat:
        self.close()
        self._looked.wait(FIRST_LOOK_S)
        plugged = self._plugged
        if plugged is None:
            raise CameraFault(self._away, gone=True)
        self._opened = plugged
        return plugged.open(mode)

    def modes(self) -> list[SupportedMode]:
        return self._current().modes()

    def controls(self) -> list[Control]:
        return self._current().controls()

    def set_control(self, control: Control, value: int) -> None:
        self._current().set_control(control, value)

    def start(self) -> None:
        self._current().start()

    def dequeue(self, timeout_s: float) -> AbstractContextManager[RawFrame | None]:
        return self._current().dequeue(timeout_s)

    def interrupt(self) -> None:
        opened = self._opened
        if opened is not None:
            opened.interrupt()

    def stop(self) -> None:
        self._current().stop()

    def close(self) -> None:
        opened = self._opened
        if opened is not None:
            opened.close()
            self._opened = None

    def _current(self) -> Source:
        """The open source, if it is still the one that is plugged in."""
        opened = self._opened
        if opened is None:
            raise CameraFault(self._away, gone=True)
        if opened is not self._plugged:
            raise CameraFault(_gone(opened), gone=True)
        return opened


def _gone(source: Source) -> str:
    return f"{source.device} is gone (unplugged)"
