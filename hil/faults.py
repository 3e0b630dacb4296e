"""What goes wrong with a camera, made to happen while somebody looks at its pictures."""

from collections.abc import Callable
from dataclasses import dataclass

from plugged import Plugged, UsbCamera
from programs import python
from ssh import Ssh
from vivid import Vivid

SOME_FRAMES = 5


@dataclass(frozen=True)
class Bench:
    """A camera, and the device that it is plugged into."""

    camera: Plugged
    ssh: Ssh
    others: Callable[[], UsbCamera]
    """Makes another USB camera, its plug out."""

    @property
    def vivid(self) -> Vivid:
        assert isinstance(self.camera.plug, Vivid)
        return self.camera.plug

    @property
    def usb(self) -> UsbCamera:
        assert isinstance(self.camera.plug, UsbCamera)
        return self.camera.plug


@dataclass(frozen=True)
class Fault:
    name: str
    happen: Callable[[Bench], None]
    counted: str
    """The figure that grows: see ``Plugged.figures``."""


def press(button: str) -> Callable[[Bench], None]:
    return lambda bench: bench.vivid.press(button)


def refuse_to_start(bench: Bench) -> None:
    bench.vivid.press("Inject VIDIOC_STREAMON Error")
    bench.vivid.press("Inject Fatal Streaming Error")


def replug(bench: Bench) -> None:
    bench.camera.plug.unplug()
    bench.camera.await_connected(False)
    bench.camera.plug.plug()


def send(damage: str) -> Callable[[Bench], None]:
    return lambda bench: bench.usb.camera.inject(damage, SOME_FRAMES)


def halt(bench: Bench) -> None:
    bench.usb.camera.inject("halt")


def stall(bench: Bench) -> None:
    bench.usb.camera.pace(0)
    bench.camera.await_connected(False)
    bench.usb.camera.pace(1)


def cut_in_mid_frame(bench: Bench) -> None:
    bench.usb.camera.unplug_in_mid_frame()
    bench.camera.await_connected(False)
    bench.usb.plug()


def come_back_as_another_node(bench: Bench) -> None:
    """Another camera takes the number that has become free."""
    bench.usb.unplug()
    bench.camera.await_connected(False)
    other = bench.others()
    other.plug()
    bench.usb.plug()
    bench.camera.await_connected()
    other.unplug()


def hold(bench: Bench) -> None:
    """Another program has the node when camerad opens it."""
    node = bench.camera.plug.node
    holder = bench.ssh.start(python("agent.hold", node))
    bench.usb.camera.inject("halt")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    bench.camera.await_reason("another process holds it")
    holder.communicate()


VIVID = (
    Fault("buffer with V4L2_BUF_FLAG_ERROR", press("Inject V4L2_BUF_FLAG_ERROR"), "frames_broken"),
    Fault("fatal streaming error", press("Inject Fatal Streaming Error"), "camera_faults"),
    Fault("STREAMON fails", refuse_to_start, "camera_faults"),
    Fault("disconnect", press("Disconnect"), "camera_faults"),
    Fault("driver unbound and bound", replug, "camera_faults"),
)
USB = (
    Fault("unplugged in mid-frame, plugged in", cut_in_mid_frame, "camera_faults"),
    Fault("back under another node", come_back_as_another_node, "camera_faults"),
    Fault(f"{SOME_FRAMES} frames of 12 bytes", send("short"), "frames_broken"),
    Fault(f"{SOME_FRAMES} truncated JPEGs", send("truncated"), "frames_broken"),
    Fault(f"{SOME_FRAMES} frames of noise", send("garbage"), "frames_broken"),
    Fault(f"{SOME_FRAMES} payloads with the error bit", send("error_bit"), "frames_dropped"),
    Fault("the endpoint halts", halt, "camera_faults"),
    Fault("nothing is sent any more, for a while", stall, "camera_faults"),
    Fault("another program holds the node", hold, "camera_faults"),
)
