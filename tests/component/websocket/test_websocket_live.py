"""/ws/live of a real daemon."""

import time

import pytest
import requests

from camerad.frames.picture import Jpeg
from camerad.imaging import jpeg
from standin import Camera, environment


def pictures(viewer, silence_s=0.5):
    """All that come until nothing more does."""
    found = []
    try:
        while True:
            found.append(viewer.connection.recv(silence_s))
    except TimeoutError:
        return found


def streaming(daemon):
    answer = requests.get(
        f"{daemon.url}/api/camera/status", headers=daemon.headers("viewer"), timeout=5
    )
    return answer.json()["streaming"]


@pytest.mark.parametrize("credit", [1, 5, 30])
def test_as_many_pictures_as_credit(client, served, credit):
    viewer = client(served, "viewer", "/ws/live")
    viewer.say(type="credit", frames=credit)
    found = pictures(viewer)
    assert len(found) == credit
    for picture in found:
        planes = jpeg.decode(Jpeg(picture, 320, 240))
        assert (planes.width, planes.height) == (320, 240)


def test_without_credit_the_camera_rests(client, unlimited):
    daemon = unlimited(toml="[camera]\nlinger = 0.0\n")
    viewer = client(daemon, "viewer", "/ws/live")
    assert pictures(viewer) == []
    assert not streaming(daemon)
    viewer.say(type="credit", frames=2)
    assert len(pictures(viewer)) == 2
    assert not streaming(daemon)


def test_quality_is_as_asked(client, served):
    sizes = {}
    for quality in (10, 95):
        viewer = client(served, "viewer", f"/ws/live?quality={quality}")
        viewer.say(type="credit", frames=1)
        sizes[quality] = len(viewer.connection.recv(5))
    assert sizes[10] < sizes[95] / 2


def test_credit_comes_back_late_and_the_picture_is_new(client, served):
    """What was captured while there was no credit is never sent."""
    camera = client(served, "viewer", "/ws/live")
    other = client(served, "viewer", "/ws/live")
    other.say(type="credit", frames=1000)  # keeps the camera running
    camera.say(type="credit", frames=1)
    first = camera.connection.recv(5)
    time.sleep(0.5)
    camera.say(type="credit", frames=1)
    second = camera.connection.recv(5)
    seen = [other.connection.recv(5) for _ in range(45)]
    assert seen.index(second) - seen.index(first) >= 10


def test_while_the_camera_is_away_there_is_a_placeholder(client, unlimited):
    camera = Camera(options={"unplug_after": 3})
    daemon = unlimited("--camera", camera.path, env=environment(camera))
    viewer = client(daemon, "viewer", "/ws/live")
    viewer.say(type="credit", frames=6)
    found = [viewer.connection.recv(5) for _ in range(6)]
    assert all(picture.startswith(b"\xff\xd8") for picture in found)
    assert found[-1] == found[-2] != found[0]


def test_it_is_one_of_the_streams(client, unlimited):
    daemon = unlimited(toml="[stream]\nmax_clients = 1\n")
    url, headers = f"{daemon.url}/stream", daemon.headers("viewer")
    viewer = client(daemon, "viewer", "/ws/live")
    assert _stream_status(url, headers) == 503
    # The daemon hears of it a moment later.
    until_s = time.monotonic() + 10
    viewer.connection.close()
    while (status := _stream_status(url, headers)) == 503 and time.monotonic() < until_s:
        pass
    assert status == 200


def _stream_status(url, headers):
    with requests.get(url, headers=headers, stream=True, timeout=5) as answer:
        return answer.status_code
