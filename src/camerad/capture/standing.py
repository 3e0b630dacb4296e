"""What a camera's status becomes, and who hears of it."""

from msgspec import structs

from camerad.capture.complaints import Complaints
from camerad.capture.source import CameraFault
from camerad.capture.status import State, Status, StatusListener


class Standing:
    """Changed by the camera's thread only; a fault stays until ``works`` ends it."""

    def __init__(self) -> None:
        self.status = Status(State.PROBING)
        self._listeners: list[StatusListener] = []
        self._complaints = Complaints()

    def on_change(self, listener: StatusListener) -> None:
        """Tell ``listener`` of every change, in the thread that makes it."""
        self._listeners.append(listener)

    def become(self, status: Status) -> None:
        """The same status again is no change."""
        before, self.status = self.status, status
        if status != before:
            for listener in self._listeners:
                listener(before, status)

    def enter(self, state: State) -> None:
        """Another state, and all else as it was."""
        self.become(structs.replace(self.status, state=state))

    def works(self, device: str, state: State) -> None:
        """It has given a picture, which is the only proof."""
        if self.status.fault is not None:
            self._complaints.over(device)
        elif self.status.state is state:
            return
        self.become(structs.replace(self.status, state=state, fault=None))

    def fails(self, fault: CameraFault, *, present: bool) -> None:
        """It has failed, or is gone: a driver may say anything of a device that was just pulled."""
        self._complaints.tell(fault)
        state = State.FAULT if present and not fault.gone else State.ABSENT
        self.become(structs.replace(self.status, state=state, fault=str(fault)))
