"""The cameras, as the state of the device and its events tell of them."""

from camerad.capture.status import State, Status
from camerad.clock import iso_utc
from camerad.events.event import CameraEvent
from camerad.events.state import Values
from camerad.frames.cameras import Cameras, FedCamera

WORKING = (State.READY, State.STREAMING)


def camera_state(cameras: Cameras, *, recording: bool) -> Values:
    """What the active camera is and does; what it delivers is null while it is away."""
    camera = cameras.get().camera
    fmt = camera.status.format if camera.connected else None
    return {
        "camera.active": cameras.active,
        "camera.connected": camera.connected,
        "camera.streaming": camera.status.state is State.STREAMING,
        "camera.recording": recording,
        "camera.resolution": fmt.resolution if fmt else None,
        "camera.framerate": fmt.frame_rate if fmt else None,
        "camera.format": fmt.fourcc if fmt else None,
    }


def camera_event(fed: FedCamera, before: Status, after: Status) -> CameraEvent | None:
    """What a change of a camera's status means to those who wait for cameras to come and go."""
    if (before.state in WORKING) == (after.state in WORKING):
        return None
    if after.state in WORKING:
        return CameraEvent("camera_connected", fed.id, fed.camera.device, iso_utc())
    reason = after.fault or after.state.value
    return CameraEvent("camera_disconnected", fed.id, fed.camera.device, iso_utc(), reason)
