"""From the kernel's video node to a picture over the network."""

import itertools
import ssl
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import requests

from camerad_service import CameradService
from colour_bars import BARS, bars_of, decode
from device import Device
from stream_parts import stream_parts
from vivid import Vivid
from waiting import slowdown

pytestmark = pytest.mark.lg_feature("camera")

SIZE = "640x360"
COLOUR_TOLERANCE = 5
"""Of 255. Mistaking the limited range for the full one, or BT.709 for BT.601, costs 11 and more."""


@pytest.fixture
def camera(camerad: CameradService, vivid: Vivid) -> CameradService:
    camerad.serve(f"{vivid.node}:YUYV:{SIZE}@10")
    return camerad


@pytest.mark.parametrize("fourcc", ["RGB3", "NV12", "YUYV"])
def test_the_picture_shows_the_colour_bars(
    camerad: CameradService, vivid: Vivid, artefacts: Path, fourcc: str
) -> None:
    camerad.serve(f"{vivid.node}:{fourcc}:{SIZE}@10")
    answer = camerad.get("/camera.jpeg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg"), answer.text
    (artefacts / f"{fourcc}.jpg").write_bytes(answer.content)
    picture = decode(answer.content)
    assert picture.shape == (360, 640, 3)
    np.testing.assert_allclose(bars_of(picture), BARS, atol=COLOUR_TOLERANCE)


def test_the_status_tells_what_was_agreed(camera: CameradService, vivid: Vivid) -> None:
    camera.get("/camera.jpeg").raise_for_status()
    status = camera.get("/api/camera/status").json()
    assert status == {
        "cameras": [
            {
                "id": 0,
                "connected": True,
                "device": vivid.node,
                "resolution": SIZE,
                "framerate": 10,
                "format": "YUYV",
            }
        ],
        "active_camera": 0,
        "streaming": True,
    }


def test_the_stream_moves_on(camera: CameradService) -> None:
    with camera.get("/stream", stream=True) as answer:
        parts = list(itertools.islice(stream_parts(answer), 5))
    sequences = [int(headers["x-sequence"]) for headers, _ in parts]
    assert sequences == sorted(set(sequences))
    assert len({jpeg for _, jpeg in parts}) == len(parts)
    for _, jpeg in parts:
        np.testing.assert_allclose(bars_of(decode(jpeg)), BARS, atol=COLOUR_TOLERANCE)


def test_a_snapshot_is_kept_in_full_resolution(
    camera: CameradService, guest: Device, artefacts: Path
) -> None:
    wish = {"filename": "hil.jpg", "quality": 95, "addTimestamp": True}
    answer = camera.post("/snapshot", wish)
    assert answer.status_code == 200, answer.text
    assert answer.json()["path"] == "/media/data/snapshots/hil.jpg"
    kept = guest.ssh.get("/var/lib/camerad/media/snapshots/hil.jpg")
    (artefacts / "snapshot.jpg").write_bytes(kept)
    assert len(kept) == answer.json()["size"]
    picture = decode(kept)
    assert picture.shape == (2160, 3840, 3), "not the highest resolution of vivid"
    np.testing.assert_allclose(bars_of(picture), BARS, atol=COLOUR_TOLERANCE)
    time_shown = picture[2050:2130, 20:1120]
    assert time_shown.min() < 50 < 220 < time_shown.max()


@pytest.mark.usefixtures("camera")
def test_https_serves_with_a_certificate_of_its_own(guest: Device) -> None:
    certificate = guest.ssh.get("/var/lib/camerad/certificate.pem").decode()
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False  # the device cannot know the address that it is forwarded to
    with urllib.request.urlopen(f"{guest.https_url}/health", timeout=30, context=context) as answer:
        assert answer.status == 200


def test_it_stops_at_once_with_a_stream_open(camera: CameradService) -> None:
    with camera.get("/stream", stream=True) as answer:
        next(stream_parts(answer))
        took_s = camera.stop()
    assert camera.show("ActiveState") == "inactive"
    assert took_s < 2 * slowdown()
    with pytest.raises(requests.ConnectionError):
        camera.get("/health")
