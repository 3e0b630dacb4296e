"""Cameras that are busy, away, broken or silent: an error that says so, and a way back."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import requests
from watched import Watched

from camerad.frames.picture import Jpeg, Planes, Subsampling
from camerad.imaging import jpeg
from camerad.imaging.layout import buffer_size, planes_of

MJPEG = {"fourccs": ("MJPG",)}


def picture(level):
    size_bytes = buffer_size(320, 240, Subsampling.YUV420)
    planes = Planes(np.full(size_bytes, level, np.uint8), 320, 240, Subsampling.YUV420)
    return jpeg.encode(planes, 90).data


@pytest.fixture
def frames(tmp_path):
    """`frames(*contents)` makes a directory of these pictures."""

    def frames(*contents):
        folder = tmp_path / "frames"
        folder.mkdir()
        for number, content in enumerate(contents):
            (folder / f"{number:02}.jpg").write_bytes(content)
        return folder

    return frames


def test_a_camera_that_is_away(watch, tmp_path):
    gone = tmp_path / "gone"
    gone.touch()
    watched = watch(options={"gone_while": gone})
    for ask in (watched.get, watched.snapshot, lambda: watched.get(query="&quality=50")):
        assert "no such device" in watched.refused(ask)
    status = watched.status
    assert "no such device" in status.pop("reason")
    assert status == {
        "id": 0,
        "connected": False,
        "device": "/dev/video70",
        "state": "absent",
    }
    assert watched.get("/api/info").json()["camera"]["connected"] is False
    health = requests.get(f"{watched.daemon.url}/health", timeout=10).json()
    assert (health["status"], health["checks"]["camera"]) == ("unhealthy", "disconnected")
    gone.unlink()
    watched.until_it_works()
    assert watched.status["format"] == "YUYV"
    assert requests.get(f"{watched.daemon.url}/health", timeout=10).json()["status"] == "healthy"


REFUSALS = {
    "open:EBUSY": "busy",
    "s_fmt:EBUSY": "busy",
    "reqbufs:EBUSY": "busy",
    "s_fmt:EIO": "error",
    "streamon:ENOSPC": "USB bandwidth",
    "streamon:EIO": "error",
    "qbuf:EIO": "error",
    "dqbuf:EIO": "error",
}


def test_a_camera_that_refuses_is_asked_again(watch_all):
    cameras = watch_all(*({"failures": (f"{failure}:3",)} for failure in REFUSALS))
    with ThreadPoolExecutor(len(cameras)) as threads:
        # Some give a picture or two before they fail.
        reasons = list(threads.map(Watched.until_it_fails, cameras))
        list(threads.map(Watched.until_it_works, cameras))
    for reason, wanted in zip(reasons, REFUSALS.values(), strict=True):
        assert wanted in reason


def test_a_fault_is_logged_once(watch):
    watched = watch(failures=("open:EBUSY:2",))
    watched.until_it_works()
    log = watched.daemon.log()
    assert log.count("busy") == 1
    assert log.count("/dev/video70 is back") == 1


RUBBISH = "error_every", "short_every", "empty_every"


def test_a_camera_that_gives_only_rubbish_has_failed(watch_all, frames):
    good = frames(picture(100))
    raw = [{"options": {failure: 1}} for failure in RUBBISH]
    cameras = watch_all(*raw, *({**each, "fourccs": ("MJPG",), "frames": good} for each in raw))
    with ThreadPoolExecutor(len(cameras)) as threads:
        reasons = list(threads.map(Watched.refused, cameras))
        list(threads.map(lambda camera: camera.refused(camera.snapshot), cameras))
    assert all("has given no picture for 2 s" in reason for reason in reasons), reasons
    asked = cameras[::2]
    states = set()
    # Two of its attempts.
    deadline_s = time.monotonic() + 6
    while time.monotonic() < deadline_s:
        states.update(camera.status["state"] for camera in cameras)
        for camera in asked:
            camera.refused()
    assert states == {"fault"}
    assert "is back" not in cameras[0].daemon.log()


def test_bad_frames_among_good_ones_are_left_out(watch_all):
    for camera in watch_all(*({"options": {failure: 2}} for failure in RUBBISH)):
        assert all(camera.get().status_code == 200 for _ in range(10))
        assert camera.status["connected"]


def test_broken_jpegs_among_good_ones_are_left_out(watch, frames):
    good = picture(100)
    truncated, headless, garbage = good[: len(good) // 2], good[4:], b"\xff\xd8" + bytes(500)
    watched = watch(frames=frames(good, truncated, headless, garbage), rates=("60",), **MJPEG)
    for query in ("", "&quality=50"):
        for _ in range(10):
            answer = watched.get(query=query)
            assert answer.status_code == 200
            luma = planes_of(jpeg.decode(Jpeg(answer.content, 0, 0)))[0]
            assert abs(int(luma.mean()) - 100) < 4
        assert watched.snapshot().status_code == 200


def test_a_jpeg_that_is_damaged_inside_harms_nobody(watch, frames):
    noise = np.random.default_rng(3).bytes(2000).replace(b"\xff", b"\x00")
    good = picture(100)
    middle = good.index(b"\xff\xda") + 20
    damaged = good[:middle] + noise + b"\xff\xd9"
    watched = watch(frames=frames(damaged), **MJPEG)
    for query in ("", "&quality=50"):
        assert watched.get(query=query).status_code in (200, 503)
    assert watched.status["connected"]


def test_a_camera_that_falls_silent_or_away_comes_back(watch_all):
    silent = {"options": {"stall_after": 20, "stall_ms": 4000}}
    unplugged = {"options": {"unplug_after": 20, "back_after_ms": 1500}}

    def live_through(camera):
        camera.until_it_works()
        camera.until_it_fails()
        reason = camera.refused()
        assert not camera.status["connected"]
        camera.until_it_works()
        return reason

    with ThreadPoolExecutor(2) as threads:
        reasons = list(threads.map(live_through, watch_all(silent, unplugged)))
    assert "has given no picture" in reasons[0]
    assert "is gone" in reasons[1] or "no such device" in reasons[1]


def test_a_camera_that_nobody_asks_for_is_shown_well_again(watch):
    watched = watch(options={"stall_after": 20, "stall_ms": 4000})
    watched.until_it_works()
    watched.until_it_fails()
    states = []
    deadline_s = time.monotonic() + 10
    while "ready" not in states:
        assert time.monotonic() < deadline_s, states
        states.append(watched.status["state"])
        time.sleep(0.02)  # nothing to wait on: a client looks again and again
    assert set(states) == {"fault", "ready"}
    assert watched.daemon.log().count("is back") == 1


def test_who_waits_for_a_camera_that_fails_is_told(watch):
    """Many at once, of every kind, at the moment of the unplugging."""
    watched = watch(options={"unplug_after": 15})
    asks = [watched.get, watched.snapshot, lambda: watched.get(query="&quality=40")] * 6
    with ThreadPoolExecutor(len(asks)) as threads:
        deadline_s = time.monotonic() + 6
        statuses = {200}
        while 200 in statuses:
            assert time.monotonic() < deadline_s
            statuses = {answer.status_code for answer in threads.map(lambda ask: ask(), asks)}
            assert statuses <= {200, 503}


def test_a_still_takes_the_camera_to_its_highest_mode_and_back(watch):
    watched = watch(sizes=("2592x1944", "1920x1080"))
    for _ in range(2):
        assert shape(watched.get().content) == (1080, 1920)
        answer = watched.snapshot()
        assert answer.status_code == 200
        shot = watched.daemon.state / "media" / "snapshots" / answer.json()["filename"]
        assert shape(shot.read_bytes()) == (1944, 2592)
    watched.until_it_works()
    assert watched.status["resolution"] == "1920x1080"


def test_a_still_is_taken_as_it_streams_when_there_is_no_bandwidth_for_more(watch):
    watched = watch(sizes=("2592x1944", "1920x1080"), failures=("streamon:ENOSPC:1",))
    deadline_s = time.monotonic() + 8
    while not watched.status["connected"]:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    answer = watched.snapshot()
    assert answer.status_code == 200, answer.text
    shot = watched.daemon.state / "media" / "snapshots" / answer.json()["filename"]
    assert shape(shot.read_bytes()) == (1080, 1920)
    assert "USB bandwidth" in watched.daemon.log()
    assert watched.status["connected"]


def shape(data):
    return planes_of(jpeg.decode(Jpeg(data, 0, 0)))[0].shape
