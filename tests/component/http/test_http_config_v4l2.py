"""The settings of a real node over the API, in front of the V4L2 stand-in."""

import time

import pytest
import requests

from standin import Camera, environment

CONTROLS = ("brightness", "white_balance_automatic", "auto_exposure", "exposure_time_absolute")
EXPOSURES = "1 (Manual Mode) or 3 (Aperture Priority Mode)"


class Client:
    """The section ``camera`` of a daemon whose camera is the stand-in."""

    def __init__(self, process):
        self._base = process.url
        self._url = f"{process.url}/api/config/camera"
        self._headers = process.headers("admin")

    def section(self):
        return requests.get(self._url, headers=self._headers, timeout=10).json()

    def values(self):
        return {
            control["name"]: control["value"] for control in self.section()["available_controls"]
        }

    def resolution(self):
        url = f"{self._base}/api/camera/status"
        status = requests.get(url, headers=self._headers, timeout=10).json()
        return status["cameras"][0]["resolution"]

    def patch(self, **settings):
        return requests.patch(self._url, json=settings, headers=self._headers, timeout=10)


def until(condition, timeout_s=8):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)  # nothing to wait on from outside


@pytest.fixture
def plug(tmp_path):
    """While this file exists the camera is not there."""
    return tmp_path / "unplugged"


@pytest.fixture
def process(daemon, plug):
    camera = Camera(sizes=("64x48", "32x24"), options={"gone_while": plug})
    return daemon("--camera", camera.path, env=environment(camera))


@pytest.fixture
def client(process):
    client = Client(process)
    until(client.values)
    return client


def test_the_ranges_of_the_device_are_told(client):
    controls = {control["name"]: control for control in client.section()["available_controls"]}
    assert controls["brightness"] == {
        "id": 0x980900,
        "name": "brightness",
        "type": "integer",
        "minimum": 0,
        "maximum": 255,
        "step": 1,
        "default": 128,
        "value": 128,
    }
    assert controls["white_balance_automatic"]["type"] == "boolean"
    assert [item["value"] for item in controls["auto_exposure"]["items"]] == [1, 3]
    assert controls["exposure_time_absolute"]["alias"] == "exposure_absolute"


def test_what_is_set_is_set_on_the_device_and_shown(client):
    changed = client.patch(controls={"brightness": 7, "exposure_auto": 1, "exposure_absolute": 9})
    assert changed.status_code == 200
    configured = {"brightness": 7, "exposure_auto": 1, "exposure_absolute": 9}
    assert changed.json()["config"]["controls"] == configured
    assert client.section()["controls"] == configured
    expected = {
        "brightness": 7,
        "white_balance_automatic": 1,
        "auto_exposure": 1,
        "exposure_time_absolute": 9,
    }
    until(lambda: client.values() == expected)


@pytest.mark.parametrize(
    ("controls", "details"),
    [
        ({"brightness": 256}, "camera.controls.brightness: /dev/video70 takes 0 to 255"),
        (
            {"exposure_auto": 2},
            f"camera.controls.exposure_auto: /dev/video70 takes {EXPOSURES}",
        ),
        (
            {"gain": 1},
            f"camera.controls.gain: no camera has it; there are: {', '.join(CONTROLS)}",
        ),
    ],
)
def test_what_the_device_does_not_take_is_refused_with_what_it_takes(client, controls, details):
    refused = client.patch(controls=controls)
    assert (refused.status_code, refused.json()["error"]["details"]) == (422, details)
    assert client.section()["controls"] == {}


def test_auto_exposure_switches_the_cameras_own_menu(client):
    for automatic, value in ((False, 1), (True, 3)):
        client.patch(auto_exposure=automatic)
        until(lambda value=value: client.values()["auto_exposure"] == value)


def test_a_control_that_is_taken_out_goes_back_to_its_default(client):
    client.patch(controls={"brightness": 7})
    until(lambda: client.values()["brightness"] == 7)
    client.patch(controls={"brightness": None})
    until(lambda: client.values()["brightness"] == 128)
    assert client.section()["controls"] == {}


def test_a_stream_goes_on_while_controls_change(client, process):
    url = f"{process.url}/stream"
    headers = process.headers("viewer")
    with requests.get(url, headers=headers, stream=True, timeout=10) as stream:
        parts = stream.iter_content(4096)
        next(parts)
        client.patch(controls={"brightness": 7})
        until(lambda: next(parts) and client.values()["brightness"] == 7)
        assert next(parts)
    assert process.log().count("streams") == 1


def test_a_new_resolution_opens_the_device_again(client, process):
    url = f"{process.url}/stream"
    with requests.get(url, headers=process.headers("viewer"), stream=True, timeout=10) as stream:
        parts = stream.iter_content(4096)
        next(parts)
        client.patch(controls={"brightness": 7}, default_resolution="32x24")
        until(lambda: next(parts) and client.resolution() == "32x24")
        assert next(parts)
    assert client.values()["brightness"] == 7


def test_a_camera_that_was_unplugged_is_set_again(client, plug, process):
    client.patch(controls={"brightness": 7})
    until(lambda: client.values()["brightness"] == 7)
    picture = f"{process.url}/image"
    headers = process.headers("viewer")
    assert requests.get(picture, headers=headers, timeout=10).status_code == 200
    plug.touch()
    until(lambda: "is gone" in process.log())
    assert client.section()["available_controls"]
    # What is set while it is away waits for it, in the ranges that it had.
    assert client.patch(controls={"brightness": 300}).status_code == 422
    assert client.patch(controls={"exposure_auto": 1}).status_code == 200
    plug.unlink()
    until(lambda: "is back" in process.log())
    until(lambda: (client.values()["brightness"], client.values()["auto_exposure"]) == (7, 1))
