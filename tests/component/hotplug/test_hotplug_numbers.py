"""Cameras come, go, and come back under other nodes: their numbers stay theirs."""

import json
import os
import subprocess

import pytest
from usb_bus import UsbBus

from daemon_process import CAMERAD, run_camerad


def test_a_camera_that_is_plugged_in_after_the_start(plugged, folder):
    bus = UsbBus(folder, 70)
    device = plugged(bus)
    device.until(lambda: device.cameras()[0]["state"] == "absent")
    assert device.cameras() == {
        0: {
            "id": 0,
            "connected": False,
            "device": "none",
            "state": "absent",
            "reason": "no camera is plugged in",
        }
    }
    error = device.picture().json()["error"]
    assert (error["code"], error["details"]) == ("CAMERA_NOT_CONNECTED", "no camera is plugged in")
    bus.plug(70, "1-1", "A")
    device.until_seen()
    assert device.nodes() == {0: "/dev/video70"}


def test_the_pattern_makes_way_for_the_first_camera_and_never_comes_back(plugged, folder):
    bus = UsbBus(folder, 70)
    device = plugged(bus, "auto")
    device.until(lambda: device.nodes() == {0: "pattern"})
    device.until_seen()
    bus.plug(70, "1-1", "A")
    device.until(lambda: device.nodes() == {0: "/dev/video70"})
    device.until_seen()
    bus.pull(70)
    device.until(lambda: device.nodes() == {})
    assert "gone (unplugged)" in device.cameras()[0]["reason"]
    device.process.stop()
    device.process.start(*device.arguments, env=bus.environment)
    device.until(lambda: device.cameras()[0]["state"] == "absent")
    assert device.cameras()[0]["reason"] == "/dev/video70 (HD Webcam) is not plugged in"


def test_swapped_plugs(plugged, folder):
    bus = UsbBus(folder, 70, 71)
    bus.plug(70, "1-1", "A")
    bus.plug(71, "1-2", "B")
    device = plugged(bus)
    device.until(lambda: device.nodes() == {0: "/dev/video70", 1: "/dev/video71"})
    for number in (0, 1):
        device.until_seen(number)
    bus.pull(70)
    bus.pull(71)
    device.until(lambda: device.nodes() == {})
    bus.plug(70, "1-1", "B")
    bus.plug(71, "1-2", "A")
    device.until(lambda: device.nodes() == {1: "/dev/video70", 0: "/dev/video71"})
    for number in (0, 1):
        device.until_seen(number)


def test_numbers_outlive_a_restart(plugged, folder):
    bus = UsbBus(folder, 70, 71, 72)
    bus.plug(70, "1-1", "A")
    device = plugged(bus)
    device.until(lambda: device.nodes() == {0: "/dev/video70"})
    bus.plug(71, "1-2", "B")
    device.until(lambda: device.nodes() == {0: "/dev/video70", 1: "/dev/video71"})
    assert device.process.stop() == 0
    bus.pull(70)
    bus.pull(71)
    bus.plug(72, "1-1", "B")
    device.process.start(*device.arguments, env=bus.environment)
    device.until(lambda: device.nodes() == {1: "/dev/video72"})
    absent = device.cameras()[0]
    assert (absent["device"], absent["state"]) == ("/dev/video70", "absent")
    assert device.picture(0).status_code == 503
    assert device.picture(1).status_code == 200


def test_an_idle_camera_s_unplugging_is_noticed(plugged, folder):
    bus = UsbBus(folder, 70)
    bus.plug(70, "1-1", "A")
    device = plugged(bus)
    device.until(lambda: device.cameras()[0].get("format"))
    bus.pull(70)
    device.until(lambda: device.cameras()[0].get("state") == "absent")
    metrics = device.call("GET", "/metrics").text
    assert 'camerad_camera_connected{camera="0"} 0.0' in metrics


def test_a_pinned_camera_is_looked_at_when_its_node_comes(plugged, folder):
    bus = UsbBus(folder, 70)
    device = plugged(bus, "/dev/video70")
    device.until(lambda: device.cameras()[0]["state"] == "absent")
    bus.plug(70, "1-1", "A")
    device.until_seen(0)
    assert list(device.cameras()) == [0]


def test_what_is_pinned_is_not_found_again(plugged, folder, daemon):
    bus = UsbBus(folder, 70, 71)
    bus.plug(70, "1-1", "A")
    bus.plug(71, "1-2", "B")
    process = daemon("--camera", "plugged", "--camera", "/dev/video71", env=bus.environment)
    device = type(plugged(bus))(process, ())
    device.until(lambda: device.nodes() == {0: "/dev/video71", 1: "/dev/video70"})
    assert list(device.cameras()) == [0, 1]


@pytest.fixture
def listed(folder):
    """What `camerad devices` says, with these options, of a bus with one camera of two."""
    bus = UsbBus(folder, 70, 71)
    bus.plug(70, "1-1", "A")
    bus.plug(71, "1-2", "B")

    def devices(*options):
        env = {**os.environ, **bus.environment}
        command = [CAMERAD, "devices", *options]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    return bus, devices


def test_devices_are_listed_with_their_numbers(plugged, listed):
    bus, devices = listed
    device = plugged(bus)
    device.until(lambda: len(device.nodes()) == 2)
    bus.pull(70)
    device.until(lambda: len(device.nodes()) == 1)
    state = ("--state", device.process.state)
    first, second = json.loads(devices("--json", *state))
    assert (first["id"], first["device"], first["serial"]) == (1, "/dev/video71", "B")
    assert (second["id"], second["device"], second["state"]) == (0, "/dev/video70", "absent")
    text = devices(*state)
    assert "camera 1: /dev/video71" in text
    assert "camera 0: /dev/video70  HD Webcam\n  absent: not plugged in\n  serial A, path" in text
    assert "camera 1" not in devices()
    assert run_camerad("devices", *state).count("absent") == 2
