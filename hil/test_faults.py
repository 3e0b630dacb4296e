"""Cameras that fail while somebody looks: the picture comes back by itself, and nothing breaks."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from agent.stream import size_of
from camerad_service import CameradService
from device import Device
from faults import USB, VIVID, Bench, Fault
from plugged import SETTINGS, Plugged, UsbCamera, await_number
from stream_parts import stream_parts
from tables import Table
from uvc_cameras import UvcCameras
from vivid import Vivid
from waiting import BETWEEN_S, await_some

NEW_PICTURES = 5
"""After a fault, for the camera to count as recovered."""

ATTEMPTS = 2
"""That camerad makes in vain while it is watched."""


class Viewer:
    """Notes when pictures of the camera's come, and for how long none did."""

    def __init__(self, camera: Plugged) -> None:
        self.gap_s = 0.0
        self.pictures = 0
        self._size = camera.size
        self._closing = False
        path = f"/stream?camera={camera.number}"
        self._answer = camera.service.get(path, stream=True)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        self._thread.join()

    def await_pictures(self, count: int) -> None:
        wanted = self.pictures + count
        await_some(lambda: self.pictures >= wanted, f"{count} more pictures")

    def _read(self) -> None:
        with self._answer:
            last_s = time.monotonic()
            for _, jpeg in stream_parts(self._answer):
                if self._closing:
                    return
                if "{}x{}".format(*size_of(jpeg)) == self._size:
                    now_s = time.monotonic()
                    self.gap_s, last_s = max(self.gap_s, now_s - last_s), now_s
                    self.pictures += 1


@contextmanager
def viewer_of(camera: Plugged) -> Iterator[Viewer]:
    viewer = Viewer(camera)
    try:
        viewer.await_pictures(NEW_PICTURES)
        viewer.gap_s = 0.0
        yield viewer
    finally:
        viewer.close()


@pytest.fixture(scope="module")
def vivid_bench(camerad: CameradService, vivid: Vivid, guest: Device) -> Bench:
    camerad.serve("plugged", SETTINGS)
    camera = Plugged(vivid, await_number(camerad, vivid), "320x180", camerad)
    return Bench(camera, guest.ssh, lambda: pytest.fail("vivid has no others"))


@pytest.fixture(scope="module")
def usb_bench(camerad: CameradService, usb_cameras: UvcCameras, guest: Device) -> Iterator[Bench]:
    usb = UsbCamera(usb_cameras.camera("FAULTS"), 0, guest.ssh)
    usb.plug()
    camerad.serve("plugged", SETTINGS)
    camera = Plugged(usb, await_number(camerad, usb), "320x240", camerad)
    yield Bench(camera, guest.ssh, lambda: UsbCamera(usb_cameras.camera("OTHER"), 1, guest.ssh))
    usb.unplug()


@pytest.mark.lg_feature("camera")
@pytest.mark.parametrize("fault", VIVID, ids=lambda fault: fault.name)
def test_vivid_recovers(vivid_bench: Bench, fault: Fault, fault_table: Table) -> None:
    recovers("vivid", vivid_bench, fault, fault_table)


@pytest.mark.lg_feature("usb")
@pytest.mark.parametrize("fault", USB, ids=lambda fault: fault.name)
def test_a_usb_camera_recovers(usb_bench: Bench, fault: Fault, fault_table: Table) -> None:
    recovers("uvcvideo", usb_bench, fault, fault_table)


@pytest.mark.lg_feature("usb")
def test_only_a_picture_has_it_shown_well_again(usb_bench: Bench) -> None:
    """Be it asked for pictures again and again, or left alone."""
    camera, uvc = usb_bench.camera, usb_bench.usb.camera
    camera.await_connected()
    uvc.pace(0)
    await_some(lambda: picture_status(camera) == HTTPStatus.SERVICE_UNAVAILABLE, "a refusal")
    for asked in (True, False):
        failed = camera.figures()["camera_faults"]
        while camera.figures()["camera_faults"] < failed + ATTEMPTS:
            assert not camera.status()["connected"]
            if asked:
                assert picture_status(camera) == HTTPStatus.SERVICE_UNAVAILABLE
            time.sleep(BETWEEN_S)  # there is a limit on requests
    uvc.pace(1)
    assert camera.await_connected()["state"] == "ready"
    assert picture_status(camera) == HTTPStatus.OK


def picture_status(camera: Plugged) -> int:
    return camera.service.get(f"/image?camera={camera.number}").status_code


def recovers(driver: str, bench: Bench, fault: Fault, table: Table) -> None:
    """The fault is counted, the stream goes on, and so does the process; what it says is noted."""
    camera, service = bench.camera, bench.camera.service
    camera.await_connected()
    pid = service.show("MainPID")
    with viewer_of(camera) as viewer:
        before, cursor = camera.figures(), service.cursor()
        fault.happen(bench)
        after = await_some(
            lambda: now if (now := camera.figures())[fault.counted] > before[fault.counted] else {},
            f"{fault.counted} grown",
        )
        viewer.await_pictures(NEW_PICTURES)
        after = camera.figures()
    said = [line for line in service.said_since(cursor) if " camerad.capture." in line]
    table.rows.append(
        [driver, fault.name, words(said), deeds(before, after), f"{viewer.gap_s:.1f} s"]
    )
    assert service.show("MainPID") == pid
    assert camera.status()["connected"]


def words(said: list[str]) -> str:
    return "; ".join(line.partition(": ")[2] for line in said) or "nothing"


def deeds(before: dict[str, int], after: dict[str, int]) -> str:
    """What the counters tell."""
    texts = {
        "frames_broken": "broken frames, left out",
        "frames_dropped": "frames missed",
        "camera_faults": "failed before it was open again",
    }
    grown = {name: after[name] - before[name] for name in texts}
    return ", ".join(f"{texts[name]}: {count}" for name, count in grown.items() if count)
