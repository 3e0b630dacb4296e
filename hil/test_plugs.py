"""Cameras that come loose and come back, again and again, while everything is under way."""

import statistics
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from camerad_service import CameradService
from device import HTTP_PORT, Device
from film_readers import assert_plays
from live_clients import live_clients
from plugged import SETTINGS, Pluggable, Plugged, UsbCamera, Watch, await_number
from process_counts import Counts, counts_of
from tables import Table
from uvc_cameras import UvcCameras
from vivid import Vivid
from waiting import await_some, slowdown

CLIENTS = 5
RECOVERY_S = 1.5
"""On a machine that does nothing else: see ``slowdown``."""
WARM_UP_CYCLES = 2
"""Until then, what is made once and kept may still come."""
GROWTH = Counts(threads=0, fds=0, mappings=8, rss_kib=8 << 10)
"""Allowed: an allocator's arenas breathe. A leak of one buffer a cycle is more."""


@pytest.fixture(
    params=[
        pytest.param("vivid", marks=pytest.mark.lg_feature("camera")),
        pytest.param("usb", marks=pytest.mark.lg_feature("usb")),
    ]
)
def camera(
    request: pytest.FixtureRequest, camerad: CameradService, guest: Device
) -> Iterator[Plugged]:
    plug: Pluggable
    if request.param == "vivid":
        plug, size = request.getfixturevalue("vivid"), "320x180"
    else:
        cameras: UvcCameras = request.getfixturevalue("usb_cameras")
        plug, size = UsbCamera(cameras.camera("PLUGS"), 0, guest.ssh), "320x240"
        plug.plug()
    camerad.serve("plugged", SETTINGS)
    yield Plugged(plug, await_number(camerad, plug), size, camerad)
    if request.param == "usb":
        plug.unplug()


def test_a_camera_comes_back_whenever_it_is_plugged_in(
    camera: Plugged, guest: Device, plugs: int, plug_table: Table, artefacts: Path
) -> None:
    service = camera.service
    pid = int(service.show("MainPID"))
    stream = f"/stream?camera={camera.number}"
    film = artefacts / f"plugs-{camera.size}.avi"
    took_s: list[float] = []
    with recorded(camera, guest, film), live_clients(service, stream, CLIENTS - 1) as clients:
        with closing(Watch(guest.ssh, HTTP_PORT, service.token, camera)) as watch:
            for cycle in range(plugs):
                if cycle == min(WARM_UP_CYCLES, plugs - 1):
                    first = counts_of(guest.ssh, pid)
                camera.plug.unplug()
                if cycle % 2:
                    camera.await_connected(False)
                camera.plug.plug()
                took_s.append(watch.recovery_s())
        await_some(lambda: no_more(counts_of(guest.ssh, pid), first), f"no more than {first}")
        last = counts_of(guest.ssh, pid)
        seen = [client.pictures for client in clients]
    median_s, most_s = statistics.median(took_s), max(took_s)
    plug_table.rows.append(
        [
            *("vivid" if isinstance(camera.plug, Vivid) else "uvcvideo", str(plugs)),
            *(f"{median_s:.2f} s", f"{most_s:.2f} s", str(first), str(last)),
        ]
    )
    assert int(service.show("MainPID")) == pid
    assert min(seen) > plugs
    assert_plays(film)
    assert most_s < RECOVERY_S * slowdown(), took_s


def no_more(now: Counts, first: Counts) -> bool:
    return (
        now.threads <= first.threads + GROWTH.threads
        and now.fds <= first.fds + GROWTH.fds
        and now.mappings <= first.mappings + GROWTH.mappings
        and now.rss_kib <= first.rss_kib + GROWTH.rss_kib
    )


@contextmanager
def recorded(camera: Plugged, guest: Device, film: Path) -> Iterator[None]:
    """Whatever happens in the context is filmed; the film is here when it ends."""
    service, query = camera.service, f"?camera={camera.number}"
    service.post(f"/api/recording/start{query}", {"filename": film.name}).raise_for_status()
    yield
    service.post(f"/api/recording/stop{query}", {}).raise_for_status()
    film.write_bytes(guest.ssh.get(f"/var/lib/camerad/media/recordings/{film.name}"))
