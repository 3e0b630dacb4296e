"""The device as a camera of ONVIF's, used by clients that we did not write."""

import asyncio
import json
import socket
import sys
import threading
import time
from datetime import UTC, datetime

import pytest
import requests
from hall import PEERS
from onvif_api import soap
from soap_client import camera_client
from zeep.exceptions import Fault

USER = "vms"
PASSWORD = "a long ONVIF password"
LOGIN = {"user": USER, "password": PASSWORD, "basic": False}


@pytest.fixture(scope="module")
def host(hall):
    """Another machine of the hall."""
    return hall.host(ipv6=False)


@pytest.fixture(scope="module")
def process(serving, host):  # noqa: ARG001 - it is to be there
    """One that does not yet serve ONVIF, with a user for a video management system."""
    process = serving("")
    user = {"name": USER, "password": "and another one", "role": "viewer"}
    requests.post(
        f"{process.url}/api/users", json=user, headers=process.headers("admin"), timeout=10
    ).raise_for_status()
    return process


def configure(process, **settings):
    answer = requests.patch(
        f"{process.url}/api/config/onvif",
        json=settings,
        headers=process.headers("admin"),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def camera(process):
    configure(process, serve=True, users=[{"username": USER, "password": PASSWORD}])
    deadline_s = time.monotonic() + 10
    while ask(process, "tds:GetServices").status_code == 404:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    return process


def ask(process, operation, **options):
    options.setdefault("headers", {})["Content-Type"] = "application/soap+xml"
    url = f"{process.url}/onvif/device_service"
    return requests.post(url, soap(operation), timeout=10, **options)


def test_it_is_not_there_unless_it_is_configured(process):
    assert ask(process, "tds:GetSystemDateAndTime").status_code == 404
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("", 3702))  # which is nobody's yet


def test_another_machine_finds_it(camera, host):
    found = json.loads(host.run(sys.executable, PEERS / "searcher.py"))
    ((urn, (addresses, scopes)),) = found.items()
    assert urn.startswith("urn:uuid:")
    assert addresses == [f"http://{host.here}:{camera.http_port}/onvif/device_service"]
    assert f"onvif://www.onvif.org/name/{socket.gethostname()}" in scopes
    assert "onvif://www.onvif.org/type/NetworkVideoTransmitter" in scopes


async def test_a_client_gets_what_it_needs_to_show_pictures(camera):
    async with camera_client(camera, "/onvif", **LOGIN) as client:
        device = await client.create_devicemgmt_service()
        told = await device.GetDeviceInformation()
        assert (told.Manufacturer, told.FirmwareVersion) == ("camerad", "0.1.0")
        moment = (await device.GetSystemDateAndTime()).UTCDateTime
        assert abs(as_datetime(moment) - datetime.now(UTC)).total_seconds() < 5
        services = {each.Namespace: each.XAddr for each in await device.GetServices(False)}
        assert services["http://www.onvif.org/ver10/media/wsdl"] == (
            f"http://127.0.0.1:{camera.http_port}/onvif/media_service"
        )
        capabilities = await device.GetCapabilities({"Category": "All"})
        assert capabilities.Media.XAddr in services.values()
        assert any("hardware" in scope.ScopeItem for scope in await device.GetScopes())
        media = await client.create_media_service()
        (profile,) = await media.GetProfiles()
        size = profile.VideoEncoderConfiguration.Resolution
        assert (profile.token, size.Width, size.Height) == ("camera0", 1920, 1080)
        assert (await media.GetVideoSources())[0].Resolution == size
        picture = (await media.GetSnapshotUri({"ProfileToken": profile.token})).Uri
        setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "HTTP"}}
        wanted = {"StreamSetup": setup, "ProfileToken": profile.token}
        stream = (await media.GetStreamUri(wanted)).Uri
    await asyncio.to_thread(pictures_are_there, picture, stream)


def as_datetime(told):
    date, at = told.Date, told.Time
    return datetime(date.Year, date.Month, date.Day, at.Hour, at.Minute, at.Second, tzinfo=UTC)


def pictures_are_there(picture_uri, stream_uri):
    """At the addresses that are told, without anything else to log in with."""
    picture = requests.get(picture_uri, timeout=10)
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    with requests.get(stream_uri, timeout=10, stream=True) as stream:
        assert stream.headers["content-type"].startswith("multipart/x-mixed-replace")
        assert b"Content-Type: image/jpeg" in next(stream.iter_content(4096))
    # But nothing beyond pictures.
    base_url, _, secret = stream_uri.partition("/stream?camera=0&token=")
    headers = {"Authorization": f"Bearer {secret}"}
    assert requests.post(f"{base_url}/snapshot", headers=headers, timeout=10).status_code == 403


async def test_the_users_password_in_the_message_will_do(camera):
    async with camera_client(camera, "/onvif", **LOGIN | {"password": "and another one"}) as client:
        client.encrypt = False
        device = await client.create_devicemgmt_service()
        assert (await device.GetDeviceInformation()).Manufacturer == "camerad"


async def test_so_will_the_login_of_http(camera):
    async with camera_client(camera, "/onvif") as client:
        device = await client.create_devicemgmt_service()
        interfaces = await device.authless_GetNetworkInterfaces()
    (hall1,) = (each for each in interfaces if each.token == "hall1")
    assert hall1.IPv4.Config.Manual[0].Address == "10.77.1.1"
    assert hall1.Info.HwAddress.count(":") == 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "a wrong ONVIF password"},
        {"password": "and another one"},  # not for digests
        {"user": "admin"},
        {"user": "nobody"},
    ],
)
async def test_others_are_told_so(camera, wrong):
    async with camera_client(camera, "/onvif", **LOGIN | wrong) as client:
        device = await client.create_devicemgmt_service()
        with pytest.raises(Fault, match="not authorized"):
            await device.GetDeviceInformation()
        assert (await device.authless_GetSystemDateAndTime()).DateTimeType == "NTP"


def test_only_what_everybody_may_know_is_told_to_everybody(camera):
    answer = ask(camera, "trt:GetProfiles")
    assert answer.status_code == 400
    assert b"ter:NotAuthorized" in answer.content
    assert ask(camera, "tds:GetServices").status_code == 200
    reboot = ask(camera, "tds:SystemReboot", headers=camera.headers("admin"))
    assert reboot.status_code == 500
    assert b"ter:ActionNotSupported" in reboot.content


def test_the_password_is_shown_to_nobody(camera):
    shown = configure(camera, timeout=5)
    assert shown["config"]["users"] == [{"username": USER}]
    assert PASSWORD not in camera.log()


def test_probes_are_answered_to_neighbours_only_and_not_often(camera, host):
    """The sources of the first are forged: nothing may go there."""
    strangers = host.run(sys.executable, PEERS / "prober.py", host.here, "192.0.2.7", "50")
    assert int(strangers) == 0
    own = host.run(sys.executable, PEERS / "prober.py", host.here, host.address, "200")
    assert 1 <= int(own) <= 20
    assert ask(camera, "tds:GetServices").status_code == 200


def test_it_says_hello_and_bye(camera, host):
    heard = []
    hearing = threading.Thread(
        target=lambda: heard.append(host.run(sys.executable, PEERS / "listener.py"))
    )
    hearing.start()
    time.sleep(0.5)  # until it listens: what it misses is not repeated
    configure(camera, serve=False)
    configure(camera, serve=True)
    hearing.join(timeout=15)
    assert json.loads(heard[0]) == ["Bye", "Hello"]
