"""Films that begin before somebody asked for them."""

import time

import pytest
from recording_client import Client
from websockets.sync.client import connect

from film_readers import assert_plays, ffmpeg_times

SMALL = ("--camera", "pattern:320x240@30")


@pytest.fixture
def preroll(client, tmp_path):
    """`preroll(seconds)` gives the client of a camera that has streamed for so long."""

    def start(seconds):
        config = tmp_path / "camerad.toml"
        config.write_text(f"[recording]\npreroll = {seconds}\n[limits]\nenabled = false\n")
        camera = client("--config", str(config), *SMALL)
        wait_until_kept(camera, seconds)
        return camera

    return start


def wait_until_kept(camera: Client, seconds: float) -> None:
    """Nobody looks, and yet the camera streams: since when cannot be asked."""
    give_up_s = time.monotonic() + 10
    while not streams(camera):
        assert time.monotonic() < give_up_s, camera.process.log()
        time.sleep(0.05)
    time.sleep(seconds)


def streams(camera):
    return camera.call("GET", "/api/camera/status").json()["streaming"]


def test_a_film_begins_in_the_past(preroll):
    camera = preroll(2)
    started = camera.start(filename="past.avi", duration=1).json()
    assert started["preroll"] == pytest.approx(2, abs=0.1)
    status = camera.until(lambda status: not status["recording"])
    assert status["last_recording"]["duration"] == 3
    path = camera.folder / "past.avi"
    assert assert_plays(path).duration_s == pytest.approx(3, abs=0.15)
    # Of true times: no moment is missing, and none is there twice.
    assert ffmpeg_times(path) == pytest.approx([n / 30 for n in range(len(ffmpeg_times(path)))])


def test_as_much_as_is_asked_for_and_no_more_than_there_is(preroll):
    camera = preroll(1)
    started = camera.start(filename="half.avi", preroll=0.5, duration=0.5).json()
    assert started["preroll"] == pytest.approx(0.5, abs=0.05)
    camera.until(lambda status: not status["recording"])
    assert "preroll" not in camera.start(filename="none.avi", preroll=0, duration=0.1).json()
    camera.until(lambda status: not status["recording"])
    for fields in ({"preroll": 1.5}, {"preroll": 1, "interval": 1}, {"preroll": 31}):
        assert_refused(camera.start(**fields))
    assert_refused(camera.start(preroll=1, resolution="640x480"))
    assert camera.status()["recording"] is False


def test_another_mode_has_no_past(preroll):
    camera = preroll(1)
    started = camera.start(filename="large.avi", resolution="640x480", duration=0.5).json()
    assert "preroll" not in started
    camera.until(lambda status: not status["recording"])
    assert assert_plays(camera.folder / "large.avi").width == 640


def test_it_is_switched_on_and_off_while_it_runs(client):
    camera = client(*SMALL)
    assert_refused(camera.start(preroll=1))
    patch(camera, "recording", preroll=5)
    patch(camera, "camera", linger=0)
    wait_until_kept(camera, 1)
    assert camera.start(filename="on.avi", preroll=0.5).json()["preroll"] > 0.4
    # A change during the film counts from its end.
    patch(camera, "recording", preroll=0)
    camera.stop()
    give_up_s = time.monotonic() + 10
    while streams(camera):
        assert time.monotonic() < give_up_s
        time.sleep(0.05)


def patch(camera, section, **change):
    answer = camera.call("PATCH", f"/api/config/{section}", json=change, role="admin")
    assert answer.ok, answer.text


def test_websocket_clients_reach_back_too(preroll):
    camera = preroll(1)
    url = camera.process.url.replace("http", "ws") + "/ws"
    with connect(url, additional_headers=camera.process.headers("operator")) as socket:
        socket.send('{"type": "recording_start", "preroll": 0.5, "id": 1}')
        assert '"preroll":0.' in socket.recv(timeout=10)
        socket.send('{"type": "recording_start", "preroll": 0.5, "id": 2}')
        assert "RECORDING_IN_PROGRESS" in socket.recv(timeout=10)


def assert_refused(answer):
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "INVALID_REQUEST"), error
    assert "preroll" in error["details"]
