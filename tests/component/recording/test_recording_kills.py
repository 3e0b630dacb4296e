"""kill -9 at random moments of a recording: the film plays, up to that moment."""

import os
import random
import signal
import time

import pytest

from film_readers import assert_plays, ffprobe

KILLS = int(os.environ.get("CAMERAD_KILLS", "10"))
CAMERA = ("--camera", "pattern:640x480@30")
LOST_S = 2.0


@pytest.mark.parametrize("_number", range(KILLS))
def test_a_kill_at_a_random_moment(client, _number):
    camera = client(*CAMERA)
    path = camera.folder / "film.avi"
    assert camera.start(filename=path.name).ok
    begin_s = time.monotonic()
    # The very moment is what is being tested.
    time.sleep(random.uniform(0, 3.5))
    os.kill(camera.process.pid, signal.SIGKILL)
    recorded_s = time.monotonic() - begin_s
    camera.process.stop()
    if recorded_s > LOST_S:
        before = ffprobe(path)
        assert before.duration_s > recorded_s - LOST_S, "before the repair"
    camera.process.start(*CAMERA)
    wait_for_repair(camera, path)
    seen = assert_plays(path)
    # What was between the camera and the file at the moment of the kill is lost.
    assert recorded_s - 0.5 < seen.duration_s < recorded_s + 0.5


def wait_for_repair(camera, path):
    give_up_s = time.monotonic() + 10
    while f"{path.name} was cut off and has been repaired" not in camera.process.log():
        assert time.monotonic() < give_up_s, camera.process.log()
        time.sleep(0.05)
