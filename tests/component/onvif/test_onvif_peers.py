"""Cameras that we did not write, found and spoken with through the proxy."""

import json
import sys
import time

import pytest
from hall import PEERS
from onvif_api import Onvif
from soap_client import camera_client

import reference
from daemon_process import run_camerad

SCOPE = "onvif://www.onvif.org"


@pytest.fixture(scope="module")
def strict(camera):
    scopes = ("name/Press%20No.%203", "hardware/ST-1", "location/")
    return camera("Strict", 0, tuple(f"{SCOPE}/{scope}" for scope in scopes))


@pytest.fixture(scope="module")
def ahead(camera):
    """Its clock is an hour ahead, and it takes no digest that is older than five seconds."""
    return camera("Ahead", 3600, (f"{SCOPE}/name/Ahead", f"{SCOPE}/location/hall%2F3"))


@pytest.fixture(scope="module")
def process(serving, strict, ahead):
    """It has the credentials of both; the uuid is written in another way each."""
    return serving(
        "".join(
            f'[[onvif.devices]]\nuuid = "{uuid}"\naddress = "{camera.address}"\n'
            'username = "hall"\npassword = "very secret"\n'
            for camera, uuid in ((strict, strict.uuid), (ahead, ahead.uuid.split(":")[-1]))
        )
    )


@pytest.fixture(scope="module")
def plain(serving, strict, ahead):  # noqa: ARG001 - they are to be there
    """One that knows nobody's credentials."""
    return serving("")


def test_found_and_answered_within_three_seconds(plain, strict, ahead, tell):
    client = Onvif(plain)
    began_s = time.monotonic()
    found = client.discover(0.7)
    answer = client.post(strict.uuid, "device_service", "tds:GetSystemDateAndTime")
    took_s = time.monotonic() - began_s
    tell(f"found {len(found)} and answered in {took_s:.2f} s, 0.7 s of it the search")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/soap+xml; charset=utf-8"
    assert b"UTCDateTime" in answer.content
    assert took_s < 3
    base = f"http://{strict.host.address}:8000/onvif"
    assert found[strict.uuid] == {
        "uuid": strict.uuid,
        "name": "Press No. 3",
        "hardware": "ST-1",
        "location": strict.host.address,
        "services": [f"{base}/device_service", f"{base}/media_service"],
    }
    assert found[ahead.uuid]["location"] == "hall/3"
    printed = reference.example("GET /api/onvif/discover", "Response:")["devices"][0]
    assert reference.shape(found[strict.uuid]) == reference.shape(printed)
    assert set(found) == {strict.uuid, ahead.uuid}


def test_a_fault_comes_back_as_it_is(plain, strict):
    client = Onvif(plain)
    client.discover(0.5)
    answer = client.post(strict.uuid, "device_service", "tds:GetDeviceInformation")
    assert answer.status_code == 400
    assert b"NotAuthorized" in answer.content
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("model", ["Strict", "Ahead"])
async def test_a_client_needs_no_credentials_of_the_camera(request, process, model):
    """onvif-zeep-async as the client: the digest is ours, by the clock of the camera."""
    peer = request.getfixturevalue(model.lower())
    async with camera_client(process, f"/api/onvif/{peer.uuid}") as client:
        device = await client.create_devicemgmt_service()
        assert (await device.authless_GetDeviceInformation()).Model == model
        media = await client.create_media_service()
        (profile,) = await media.authless_GetProfiles()
        assert (profile.token, profile.Name) == ("main", "Main stream")
        uri = await media.authless_GetSnapshotUri({"ProfileToken": profile.token})
        assert uri.Uri == f"http://{peer.host.address}:8000/snapshot.jpg"


async def test_a_client_can_use_its_own_credentials(plain, ahead):
    """The clock is its own business then: it asks for it, through the proxy."""
    Onvif(plain).discover(0.5)
    login = {"user": "hall", "password": "very secret", "adjust_time": True}
    async with camera_client(plain, f"/api/onvif/{ahead.uuid}", **login) as client:
        device = await client.create_devicemgmt_service()
        await client.update_clock()
        device = await client.create_devicemgmt_service()
        assert (await device.GetDeviceInformation()).Model == "Ahead"


def test_what_was_found_is_known_after_a_restart(plain, strict, ahead):
    client = Onvif(plain)
    client.discover(0.5)
    plain.stop()
    plain.start("--config", str(plain.state.parent / "camerad.toml"), "--bind", "0.0.0.0")
    known = {device["uuid"]: device for device in client.get("/api/onvif/devices")["devices"]}
    assert set(known) == {strict.uuid, ahead.uuid}
    assert known[strict.uuid]["last_seen"].endswith("Z")
    assert known[strict.uuid]["entered"] is False
    answer = client.post(strict.uuid, "media_service", "trt:GetProfiles")
    assert b"NotAuthorized" in answer.content


def test_ipv6(hall, plain):
    """Its answer comes from a link-local address, the device is spoken with at another."""
    host = hall.host()
    device = ["ipv6_device.py", host.address_v6, f"{host.interface}b"]
    host.run(sys.executable, PEERS / device[0], *device[1:])
    found = Onvif(plain).discover(1)
    assert found["urn:uuid:six"] == {
        "uuid": "urn:uuid:six",
        "name": "Six",
        "hardware": "",
        "location": host.address_v6,
        "services": [f"http://[{host.address_v6}]:8000/onvif/device_service"],
    }


def test_credentials_are_shown_to_nobody(process):
    client = Onvif(process)
    shown = json.dumps([client.get("/api/config/onvif"), client.get("/api/onvif/devices")])
    assert "very secret" not in shown
    assert "very secret" not in process.log()


@pytest.mark.usefixtures("ahead")
def test_the_command_line_finds_them_too(strict):
    lines = run_camerad("onvif", "discover", "--timeout", "1").splitlines()
    assert f"{strict.uuid}\tPress No. 3\tST-1\t\t{strict.address}" in lines
