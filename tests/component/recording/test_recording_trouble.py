"""Recordings on disks that fill up, and of cameras that go away."""

import os
import subprocess
import time
from itertools import pairwise

import pytest
import requests

from film_readers import assert_plays, ffmpeg_times
from standin import Camera, environment

MIB = 1 << 20
SMALL = ("--camera", "pattern:640x480@30")


@pytest.fixture
def card(tmp_path):
    """A tmpfs of 24 MiB."""
    path = tmp_path / "card"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", path]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        pytest.skip(f"cannot mount a tmpfs: {result.stderr.strip()}")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


@pytest.fixture
def on_card(client, card, tmp_path):
    """`on_card(reserve_bytes)` gives a client whose recordings go to the card."""

    def start(reserve_bytes):
        config = tmp_path / "camerad.toml"
        config.write_text(
            f'[storage]\nroots = {{"/media/data" = "{card}"}}\nreserve_bytes = {reserve_bytes}\n'
            "[limits]\nenabled = false\n"
        )
        return client("--config", str(config), *SMALL)

    return start


def free_bytes(path):
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


def take_all_but(card, rest_bytes):
    with (card / "filler").open("wb") as file:
        file.write(bytes(free_bytes(card) - rest_bytes))


def test_the_reserve_holds_and_the_film_plays(on_card, card):
    camera = on_card(4 * MIB)
    assert camera.start(filename="full.avi").ok
    camera.until(lambda status: status["duration"] >= 1)
    take_all_but(card, 6 * MIB)
    status = camera.until(lambda status: not status["recording"])
    assert status["last_recording"]["reason"] == "storage_full"
    assert status["remaining_space"] < MIB
    assert free_bytes(card) >= 4 * MIB
    assert assert_plays(card / "recordings" / "full.avi").duration_s > 1
    assert camera.start(filename="more.avi").json()["error"]["code"] == "INSUFFICIENT_STORAGE"
    assert camera.call("GET", "/image").ok
    health = requests.get(f"{camera.process.url}/health", timeout=5).json()
    assert health["checks"]["storage"] in ("ok", "full")


def test_somebody_else_takes_the_very_last_byte(on_card, card):
    camera = on_card(0)
    assert camera.start(filename="full.avi").ok
    camera.until(lambda status: status["duration"] >= 2)
    with pytest.raises(OSError, match="No space"):
        take_all_but(card, -MIB)
    status = camera.until(lambda status: not status["recording"])
    assert status["last_recording"]["reason"] in ("storage_full", "storage_failed")
    assert assert_plays(card / "recordings" / "full.avi").duration_s > 0.5
    (card / "filler").unlink()
    assert camera.start(filename="again.avi").ok
    camera.stop()
    assert_plays(card / "recordings" / "again.avi")


def test_a_camera_that_comes_back_goes_on_in_the_same_film(client, tmp_path, pictures):
    unplugged = tmp_path / "unplugged"
    device = Camera(
        fourccs=("MJPG",),
        sizes=("320x240",),
        frames=pictures,
        options={"gone_while": unplugged},
    )
    camera = client("--camera", device.path, env=environment(device))
    assert camera.start(filename="plug.avi").ok
    camera.until(lambda status: status["duration"] >= 1)
    unplugged.touch()
    away_s = time.monotonic()
    camera.until(lambda status: status["duration"] >= 5)
    assert camera.call("GET", "/api/info").json()["camera"]["connected"] is False
    unplugged.unlink()
    back_s = time.monotonic()
    camera.until(lambda _: camera.call("GET", "/api/info").json()["camera"]["connected"])
    reached = camera.status()["duration"]
    camera.until(lambda status: status["duration"] >= reached + 2)
    stopped = camera.stop().json()
    path = camera.folder / "plug.avi"
    seen = assert_plays(path)
    assert abs(seen.duration_s - stopped["duration"]) < 1.5
    assert os.listdir(camera.folder) == ["plug.avi"]
    times = ffmpeg_times(path)
    gap_s = max(later - earlier for earlier, later in pairwise(times))
    assert back_s - away_s - 0.5 < gap_s < back_s - away_s + 3
    assert camera.status()["last_recording"]["dropped_frames"] == 0


def test_a_film_ends_well_while_its_camera_is_away(client, tmp_path, pictures):
    unplugged = tmp_path / "unplugged"
    device = Camera(
        fourccs=("MJPG",), sizes=("320x240",), frames=pictures, options={"gone_while": unplugged}
    )
    camera = client("--camera", device.path, env=environment(device))
    assert camera.start(filename="away.avi", duration=5).ok
    camera.until(lambda status: status["duration"] >= 1)
    unplugged.touch()
    status = camera.until(lambda status: not status["recording"])
    assert status["last_recording"]["reason"] == "duration"
    assert assert_plays(camera.folder / "away.avi").duration_s == pytest.approx(5, abs=0.6)
    answer = camera.start()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "CAMERA_NOT_CONNECTED")
    assert camera.status()["recording"] is False


def test_a_camera_s_own_pictures_are_kept_as_they_are(client, pictures):
    device = Camera(fourccs=("MJPG",), sizes=("320x240", "160x120"), frames=pictures)
    camera = client("--camera", device.path, env=environment(device))
    assert camera.start(filename="own.avi", resolution="160x120", duration=1).ok
    camera.until(lambda status: not status["recording"])
    film = (camera.folder / "own.avi").read_bytes()
    for path in (pictures / "160x120").iterdir():
        assert path.read_bytes() in film
    assert assert_plays(camera.folder / "own.avi").width == 160
