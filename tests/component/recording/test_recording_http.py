"""Recording over HTTP, as the reference prints it and the contract adds."""

import json
import os
import signal
import time

import pytest
import requests
from websockets.sync.client import connect

from film_readers import assert_plays, ffprobe

SMALL = ("--camera", "pattern:320x240@30")


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_recording_from_start_to_stop(client):
    camera = client(*SMALL)
    asked = {
        "filename": "experiment_001.avi",
        "duration": 300,
        "quality": "high",
        "resolution": "640x480",
        "framerate": 30,
    }
    started = camera.start(**asked).json()
    assert list(started) == ["success", "recording_id", "filename", "estimated_size"]
    assert started["success"] is True
    assert started["filename"] == "experiment_001.avi"
    assert started["recording_id"].startswith("rec_")
    assert code(camera.start()) == (409, "RECORDING_IN_PROGRESS")
    status = camera.until(lambda status: status["duration"] >= 2)
    assert list(status) == [
        *("recording", "recording_id", "filename", "duration", "estimated_size"),
        "remaining_space",
    ]
    assert (status["recording"], status["recording_id"]) == (True, started["recording_id"])
    assert status["estimated_size"] > 100_000
    # What was estimated by the first picture is not far from what it became.
    rate = started["estimated_size"] / 300
    assert status["estimated_size"] / status["duration"] < 2 * rate
    assert camera.call("GET", "/api/info").json()["camera"]["recording"] is True
    stopped = camera.stop().json()
    assert list(stopped) == ["success", "recording_id", "filename", "duration", "file_size"]
    path = camera.folder / "experiment_001.avi"
    assert stopped["file_size"] == path.stat().st_size
    seen = assert_plays(path)
    assert (seen.width, seen.height) == (640, 480)
    assert 2 <= seen.duration_s <= stopped["duration"] + 1
    assert code(camera.stop()) == (409, "NOT_RECORDING")
    assert camera.status()["last_recording"]["reason"] == "stopped"
    assert camera.call("GET", "/api/info").json()["camera"]["recording"] is False


def test_every_field_may_be_left_out_and_ids_differ(client):
    camera = client(*SMALL)
    ids = set()
    for _ in range(2):
        started = camera.call("POST", "/api/recording/start").json()
        ids.add(started["recording_id"])
        assert camera.stop().json()["filename"] == started["filename"]
        assert_plays(camera.folder / started["filename"])
    assert len(ids) == 2


def test_the_duration_ends_it(client):
    camera = client(*SMALL)
    camera.start(filename="short.avi", duration=1.5)
    status = camera.until(lambda status: not status["recording"])
    assert status["last_recording"]["reason"] == "duration"
    assert assert_plays(camera.folder / "short.avi").duration_s == pytest.approx(1.5, abs=0.05)
    assert camera.start(filename="next.avi").ok


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"resolution": "1111x720"}, 422, "INVALID_RESOLUTION"),
        ({"resolution": "640x480", "framerate": 31.5}, 422, "INVALID_RESOLUTION"),
        ({"resolution": "large"}, 422, "INVALID_RESOLUTION"),
        ({"framerate": 0}, 400, "INVALID_REQUEST"),
        ({"duration": -1}, 400, "INVALID_REQUEST"),
        ({"quality": "best"}, 400, "INVALID_REQUEST"),
        ({"quality": 0}, 400, "INVALID_REQUEST"),
        ({"filename": "a.mp4"}, 422, "INVALID_FORMAT"),
        ({"filename": "../a.avi"}, 400, "INVALID_REQUEST"),
        ({"filename": "a\n.avi"}, 400, "INVALID_REQUEST"),
        ({"duration": 1e7}, 507, "INSUFFICIENT_STORAGE"),
    ],
)
def test_what_cannot_be_recorded_is_refused(shared, fields, status, error):
    assert code(shared.start(**fields)) == (status, error)
    assert shared.status()["recording"] is False


def test_the_camera_s_list_is_told(shared):
    told = shared.start(resolution="1111x720").json()["error"]["details"]
    assert "1920x1080, 1280x720" in told


def test_a_viewer_may_only_look(shared):
    for path in ("start", "stop"):
        answer = shared.call("POST", f"/api/recording/{path}", role="viewer")
        assert answer.status_code == 403
    assert shared.call("GET", "/api/recording/status", role="viewer").ok


def test_a_name_that_exists_is_refused(shared):
    assert shared.start(filename="once.avi").ok
    shared.stop()
    before = (shared.folder / "once.avi").read_bytes()
    assert code(shared.start(filename="once.avi")) == (409, "FILE_EXISTS")
    assert (shared.folder / "once.avi").read_bytes() == before


def test_while_it_records_the_rest_of_the_device_knows(client):
    camera = client(*SMALL)
    camera.start(filename="on.avi", resolution="640x480")
    patch = {"default_framerate": 15}
    changed = camera.call("PATCH", "/api/config/camera", json=patch, role="admin")
    assert code(changed) == (409, "RECORDING_IN_PROGRESS")
    # Other settings can change, and do not touch the camera.
    assert camera.call("PATCH", "/api/config/logging", json={"level": "info"}, role="admin").ok
    deleted = camera.call("DELETE", "/files/recordings/on.avi", role="admin")
    assert code(deleted) == (409, "RECORDING_IN_PROGRESS")
    assert camera.call("POST", "/snapshot", json={"filename": "s.jpg"}).ok
    listed = camera.call("GET", "/files?path=/media/data/recordings").json()["files"]
    assert [entry["name"] for entry in listed] == ["on.avi"]
    camera.until(lambda status: status["duration"] >= 1)
    partial = camera.call("GET", "/download/recordings/on.avi")
    assert partial.content[:4] == b"RIFF"
    camera.stop()
    seen = assert_plays(camera.folder / "on.avi")
    assert (seen.width, seen.height) == (640, 480)
    # The camera is back in its own mode.
    give_up_s = time.monotonic() + 5
    while camera.call("GET", "/api/info").json()["camera"]["resolution"] != "320x240":
        assert time.monotonic() < give_up_s
        time.sleep(0.05)
    assert camera.call("DELETE", "/files/recordings/on.avi", role="admin").ok


@pytest.mark.parametrize("quality", ["low", 20])
def test_the_quality_is_what_was_asked(shared, quality):
    sizes = []
    for each in (quality, "high"):
        name = f"{each}-{quality}.avi"
        shared.start(filename=name, quality=each, duration=0.5)
        shared.until(lambda status: not status["recording"])
        sizes.append((shared.folder / name).stat().st_size / ffprobe(shared.folder / name).frames)
    assert sizes[0] < 0.8 * sizes[1]


def test_a_timelapse_takes_a_picture_now_and_then(shared):
    shared.start(filename="lapse.avi", interval=0.2, framerate=10, duration=2.1)
    shared.until(lambda status: not status["recording"])
    seen = assert_plays(shared.folder / "lapse.avi")
    assert 10 <= seen.frames <= 11
    assert seen.duration_s == pytest.approx(seen.frames / 10)


def test_sigterm_completes_the_film_within_two_seconds(client):
    camera = client(*SMALL)
    camera.start(filename="term.avi")
    camera.until(lambda status: status["duration"] >= 1)
    begin_s = time.monotonic()
    assert camera.process.stop() == 0
    assert time.monotonic() - begin_s < 2
    assert_plays(camera.folder / "term.avi")
    camera.process.start(*SMALL)
    assert "repaired" not in camera.process.log()


def test_websocket_clients_start_stop_and_hear_of_it(shared):
    url = shared.process.url.replace("http", "ws") + "/ws"
    with connect(url, additional_headers=shared.process.headers("operator")) as socket:
        socket.send('{"type": "subscribe", "event": "state_changes"}')
        socket.send('{"type": "recording_start", "filename": "ws.avi", "id": 1}')
        told = [json.loads(socket.recv(timeout=10))]
        while told[-1].get("id") != 1:
            told.append(json.loads(socket.recv(timeout=10)))
        assert told[-1]["result"]["filename"] == "ws.avi"
        shared.stop()
        while told[-1].get("parameter") != "camera.recording" or told[-1]["value"]:
            told.append(json.loads(socket.recv(timeout=10)))
    values = [each["value"] for each in told if each.get("parameter") == "camera.recording"]
    assert values == [True, False]


def test_recordings_are_listed_the_newest_first(client):
    camera = client(*SMALL)
    assert camera.listed() == {}
    assert camera.start(filename="first.avi", duration=0.2).ok
    camera.until(lambda status: not status["recording"])
    assert camera.start(filename="second.avi").ok
    (camera.folder / "notes.txt").write_text("no film")
    listed = camera.listed()
    assert list(listed) == ["second.avi", "first.avi"]
    assert [film["recording"] for film in listed.values()] == [True, False]
    assert not any(film["repaired"] for film in listed.values())
    camera.stop()
    film = camera.listed()["second.avi"]
    assert film["path"] == "/media/data/recordings/second.avi"
    assert film["size"] == (camera.folder / "second.avi").stat().st_size
    assert film["recording"] is False
    assert camera.call("GET", f"/download{film['path']}").content[:4] == b"RIFF"


def test_what_a_start_has_repaired_is_told(client):
    camera = client(*SMALL)
    assert camera.start(filename="whole.avi", duration=0.2).ok
    camera.until(lambda status: not status["recording"])
    assert camera.start(filename="cut.avi").ok
    camera.until(lambda status: status["duration"] >= 1)
    os.kill(camera.process.pid, signal.SIGKILL)
    camera.process.stop()
    camera.process.start(*SMALL)
    give_up_s = time.monotonic() + 10
    while not camera.listed()["cut.avi"]["repaired"]:
        assert time.monotonic() < give_up_s, camera.process.log()
        time.sleep(0.05)
    assert camera.listed()["whole.avi"]["repaired"] is False
    assert camera.metric("camerad_recordings_repaired") == 1
    assert camera.metric("camerad_recording_frames_dropped_total") == 0
    assert_plays(camera.folder / "cut.avi")
    camera.process.stop()
    camera.process.start(*SMALL)
    repaired = {name: film["repaired"] for name, film in camera.listed().items()}
    assert repaired == {"cut.avi": True, "whole.avi": False}
    assert camera.metric("camerad_recordings_repaired") == 0


def test_two_cameras_record_at_once(client):
    camera = client("--camera", "pattern:320x240@30", "--camera", "pattern:320x240@15")
    for number in (0, 1):
        fields = {"filename": f"{number}.avi", "duration": 1}
        started = camera.call("POST", f"/api/recording/start?camera={number}", json=fields)
        assert started.ok, started.text
    for number in (0, 1):
        give_up_s = time.monotonic() + 10
        path = f"/api/recording/status?camera={number}"
        while camera.call("GET", path).json()["recording"]:
            assert time.monotonic() < give_up_s
            time.sleep(0.05)
        seen = assert_plays(camera.folder / f"{number}.avi")
        assert seen.duration_s == pytest.approx(1, abs=0.1)


def test_a_full_disk_refuses_the_start(client, tmp_path):
    config = tmp_path / "camerad.toml"
    config.write_text(f"[storage]\nreserve_bytes = {1 << 60}\n")
    camera = client("--config", str(config), *SMALL)
    assert code(camera.start()) == (507, "INSUFFICIENT_STORAGE")
    assert requests.get(f"{camera.process.url}/health", timeout=5).status_code in (200, 503)
