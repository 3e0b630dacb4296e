"""USB cameras, driven by the kernel's own uvcvideo: several, with several formats and sizes."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from camerad_service import CameradService
from colour_bars import decode
from device import Device
from plugged import SETTINGS, Plugged, UsbCamera, await_number, status_of
from stream_parts import stream_parts
from uvc.frames import number_of, numbered
from uvc_cameras import UvcCameras
from waiting import await_some

pytestmark = pytest.mark.lg_feature("usb")

FRAMES = 30


@pytest.fixture
def first(usb_cameras: UvcCameras, guest: Device) -> Iterator[UsbCamera]:
    camera = UsbCamera(usb_cameras.camera("FIRST"), 0, guest.ssh)
    camera.plug()
    yield camera
    camera.unplug()


@pytest.fixture
def second(usb_cameras: UvcCameras, guest: Device) -> Iterator[UsbCamera]:
    camera = UsbCamera(usb_cameras.camera("SECOND"), 1, guest.ssh)
    camera.plug()
    yield camera
    camera.unplug()


@pytest.mark.parametrize("size", [(640, 480), (320, 240)])
def test_pictures_are_the_very_bytes_that_the_camera_sent(
    camerad: CameradService, usb_cameras: UvcCameras, first: UsbCamera, size: tuple[int, int]
) -> None:
    camerad.serve(f"{await_node(first)}:MJPG:{size[0]}x{size[1]}@10")
    with camerad.get("/stream", stream=True) as answer:
        jpegs = (jpeg for _, jpeg in stream_parts(answer))
        sent = itertools.dropwhile(lambda jpeg: not is_numbered(jpeg), jpegs)
        seen = list(itertools.islice(sent, FRAMES))
    numbers = [number_of(jpeg)[1] for jpeg in seen]
    assert numbers == sorted(set(numbers)), "a picture came twice, or too late"
    turns = usb_cameras.pictures[size]
    expected = [numbered(turns[number % len(turns)], "FIRST", number) for number in numbers]
    assert seen == expected


def test_an_uncompressed_format_can_be_chosen(camerad: CameradService, first: UsbCamera) -> None:
    camerad.serve(f"{await_node(first)}:YUYV:160x120@5")
    answer = camerad.get("/camera.jpeg")
    assert answer.status_code == 200, answer.text
    picture = decode(answer.content)
    assert picture.shape == (120, 160, 3)
    assert np.ptp(picture) < 8, "not of one brightness"
    assert first.camera.state()["streams"] == "YUY2 160x120"


def test_controls_reach_the_camera_and_outlast_its_plug(
    camerad: CameradService, first: UsbCamera
) -> None:
    camerad.serve("plugged", SETTINGS)
    camera = Plugged(first, await_number(camerad, first), "320x240", camerad)
    # Within the range of vivid, too, which may be there: settings are for all cameras.
    wish = {"brightness": 20, "exposure_auto": 1, "exposure_absolute": 500}
    camerad.patch("/api/config/camera", {"controls": wish}).raise_for_status()
    await_some(lambda: controls_of(first) == wish, "the controls set")
    first.unplug()
    camera.await_connected(False)
    first.plug()
    camera.await_connected()
    await_some(lambda: controls_of(first) == wish, "the controls set again")
    camerad.patch("/api/config/camera", {"controls": {}}).raise_for_status()


def controls_of(camera: UsbCamera) -> dict[str, int]:
    controls: dict[str, int] = camera.camera.state()["controls"]
    return {name: value for name, value in controls.items() if name != "contrast"}


def test_numbers_follow_the_cameras_when_plugs_are_swapped(
    camerad: CameradService, first: UsbCamera, second: UsbCamera
) -> None:
    camerad.serve("plugged", SETTINGS)
    numbers = {await_number(camerad, camera): camera for camera in (first, second)}
    nodes = {number: camera.node for number, camera in numbers.items()}
    for number, camera in numbers.items():
        camera.unplug()
        Plugged(camera, number, "", camerad).await_connected(False)
    # In the other order, and each where the other was: nodes and paths are swapped.
    second.camera.plug(0)
    await_node(second)
    first.camera.plug(1)
    await_node(first)
    for number, camera in numbers.items():
        assert await_number(camerad, camera) == number
        assert shown_by(camerad, number) == camera.camera.serial
    now = {number: status_of(camerad, number)["device"] for number in numbers}
    assert sorted(now.values()) == sorted(nodes.values())
    assert now != nodes, "the cameras have the nodes that they had before"


def await_node(camera: UsbCamera) -> str:
    return await_some(lambda: camera.node if camera.is_there() else "", "udev's link to the node")


def shown_by(camerad: CameradService, number: int) -> str:
    """The serial number that is in the pictures of a camera."""
    with camerad.get(f"/stream?camera={number}", stream=True) as answer:
        jpegs = (jpeg for _, jpeg in stream_parts(answer))
        return number_of(next(jpeg for jpeg in jpegs if is_numbered(jpeg)))[0]


def is_numbered(jpeg: bytes) -> bool:
    """Not what is shown while there is no camera."""
    try:
        number_of(jpeg)
    except ValueError:
        return False
    return True
