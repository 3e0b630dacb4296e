"""Devices that mean harm, and those who would have the proxy do it."""

import socket
import sys
import threading
import time
from urllib.parse import quote

import psutil
import pytest
import requests
from hall import PEERS
from misbehaving import MISBEHAVIOURS
from onvif_api import Onvif

TIMEOUT_S = 1.0
ENTRY = '[[onvif.devices]]\nuuid = "{}"\naddress = "{}"\n'

SLOW = {"silent", "drips", "continues"}
CUT = {"dies", "dies-in-a-chunk", "endless", "endless-chunks"}
"""What is wrong with them is found out only after their answer has begun."""


@pytest.fixture(scope="module")
def good(camera):
    return camera("Good")


@pytest.fixture(scope="module")
def bad(hall):
    host = hall.host()
    host.run(sys.executable, PEERS / "misbehaving_device.py", host.address)
    return host


@pytest.fixture(scope="module")
def canary():
    """Hears who connects to this machine where nobody should: `canary()` gives how many did."""
    heard = []
    server = socket.create_server(("0.0.0.0", 8000))

    def listen():
        while True:
            try:
                heard.append(server.accept())
            except OSError:
                return

    threading.Thread(target=listen, daemon=True).start()
    yield lambda: len(heard)
    server.shutdown(socket.SHUT_RDWR)
    server.close()


OWN = {
    "loopback": "http://127.0.0.1:8000/x",
    "loopback-v6": "http://[::1]:8000/x",
    "mapped": "http://[::ffff:127.0.0.1]:8000/x",
    "any": "http://0.0.0.0:8000/x",
    "own": "http://10.77.1.1:8000/x",
    "metadata": "http://169.254.169.254/x",
    "ssh": "http://10.77.1.2:22/x",
    "redis": "http://10.77.1.2:6379/x",
}
"""Entered by an administrator, whether by mistake or because it was not him."""


@pytest.fixture(scope="module")
def process(serving, good, bad, canary):  # noqa: ARG001 - they are to be there
    entries = {name: f"http://{bad.address}:8000/{name}" for name in MISBEHAVIOURS} | OWN
    listed = "".join(ENTRY.format(uuid, address) for uuid, address in entries.items())
    return serving(f"[onvif]\ntimeout = {TIMEOUT_S}\n{listed}")


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_device_that_misbehaves_is_told_of_in_time(process, name):
    began_s = time.monotonic()
    if name in CUT:
        with pytest.raises(requests.RequestException):
            Onvif(process).post(name, "device_service", "tds:GetDeviceInformation")
    else:
        answer = Onvif(process).post(name, "device_service", "tds:GetDeviceInformation")
        wanted = "ONVIF_DEVICE_TIMEOUT" if name in SLOW else "ONVIF_DEVICE_UNREACHABLE"
        assert answer.json()["error"]["code"] == wanted
        assert "script" not in answer.text
    assert time.monotonic() - began_s < TIMEOUT_S + 4


@pytest.mark.parametrize("name", OWN)
def test_what_nobody_may_have_contacted_is_not(process, canary, name):
    answer = Onvif(process).post(name, "device_service", "tds:GetDeviceInformation")
    assert answer.status_code == 502
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == (
        "ONVIF_DEVICE_UNREACHABLE",
        "The device's address is not contacted",
    )
    assert canary() == 0


@pytest.mark.parametrize(
    "device_id",
    [
        "127.0.0.1",
        "http://127.0.0.1:8000/",
        "//127.0.0.1:8000",
        "..",
        "urn:uuid:",
        "localhost:8000",
    ],
)
def test_an_address_is_no_device(process, canary, device_id):
    answer = Onvif(process).post(quote(device_id, safe=""), "device_service", "tds:GetScopes")
    assert answer.status_code == 404
    assert canary() == 0


def test_names_are_not_resolved(process):
    """A name could lead elsewhere by the time that it is used: DNS rebinding."""
    answer = requests.patch(
        f"{process.url}/api/config/onvif",
        json={"devices": [{"uuid": "name", "address": "http://localhost:8000/x"}]},
        headers=process.headers("admin"),
        timeout=10,
    )
    assert answer.status_code == 422
    assert "onvif.devices[0].address" in answer.json()["error"]["details"]


@pytest.mark.parametrize("service", ["x", "..%2f..", "http:%2f%2f127.0.0.1", "media_service%00"])
def test_a_service_is_one_that_the_device_has(process, good, service):
    client = Onvif(process)
    client.discover(0.5)
    assert client.post(good.uuid, service, "tds:GetScopes").status_code == 404


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("application/soap+xml", 200),
        ('application/soap+xml; charset=utf-8; action="http://x/y"', 200),
        ("text/xml", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json", 415),
        ("", 415),
        ("application/soap+xml; charset=utf-16", 415),
        ('application/soap+xml; action="a b"', 400),
    ],
)
def test_media_types(process, good, media_type, status):
    client = Onvif(process)
    client.discover(0.5)
    answer = client.post(good.uuid, "device_service", "tds:GetSystemDateAndTime", media_type)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("role", ["viewer", "operator", None])
def test_the_proxy_is_for_administrators(process, good, role):
    url = f"{process.url}/api/onvif/{good.uuid}/device_service"
    headers = {"Content-Type": "application/soap+xml"} | (process.headers(role) if role else {})
    answer = requests.post(url, b"", headers=headers, timeout=10)
    assert answer.status_code == (403 if role else 401)


def test_forged_answers_and_a_flood(process, hall, good, canary, tell):
    """Others are found meanwhile, and nothing of the forger's is, but itself at its own address."""
    forger = hall.host(ipv6=False)
    urls = [
        *("http://127.0.0.1:8000/x", "http://[::1]:8000/x", f"http://{forger.here}:8000/x"),
        *(f"http://{good.host.address}:8000/x", "http://169.254.169.254/x", "http://8.8.8.8/x"),
        *(f"http://{forger.address}:22/x", f"http://a:b@{forger.address}/x", "file:///etc/passwd"),
    ]
    forger.run(sys.executable, PEERS / "forger.py", forger.address, *urls)
    daemon = psutil.Process(process.pid)
    before, rss = daemon.cpu_times(), daemon.memory_info().rss
    found = Onvif(process).discover(3)
    spent = daemon.cpu_times()
    cpu_s = spent.user + spent.system - before.user - before.system
    grown_kib = (daemon.memory_info().rss - rss) // 1024
    tell(f"a flood of 10,000 in a discovery: {cpu_s:.2f} s of a processor, {grown_kib} KiB more")
    assert found[good.uuid]["services"][0] == good.address
    learnt = {
        url for uuid, device in found.items() if "forged" in uuid for url in device["services"]
    }
    assert all(url.startswith(f"http://{forger.address}") for url in learnt)
    assert not any(":22/" in url or "@" in url for url in learnt)
    assert canary() == 0
    assert "answers not used" in process.log()
    assert cpu_s < 3
    assert grown_kib < 65536
