"""The client on `requests`, in a device's everyday life."""

import itertools
import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import pytest
from requests_client import Device, DeviceError
from websockets.sync.client import connect

import reference


@pytest.fixture(scope="module")
def clients(process):
    """`clients(role)`: a client with the token of a role."""
    made = {role: Device(process.url) for role in ("nobody",)}
    for role in ("viewer", "operator", "admin"):
        made[role] = Device(process.url, headers=process.headers(role))
    yield made.__getitem__
    for client in made.values():
        client.close()


@pytest.fixture
def admin(clients):
    return clients("admin")


def test_the_client_has_all_of_the_reference():
    known = {vars(Device)[name].__doc__ for name in vars(Device) if name[0] != "_"}
    assert set(reference.SECTIONS) <= known


@pytest.mark.parametrize("way", ["bearer", "basic", "query"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_three_ways_to_authenticate(process, way, scheme):
    port = process.http_port if scheme == "http" else process.https_port
    login = process.first_credentials()
    options = {
        "bearer": {"headers": process.headers("viewer")},
        "basic": {"auth": (login["user"], login["password"])},
        "query": {"params": {"token": process.token("viewer")}},
    }[way]
    certificate = str(process.state / "certificate.pem")
    client = Device(f"{scheme}://127.0.0.1:{port}", trust_env=False, verify=certificate, **options)
    assert client.info()["camera"]["connected"] is True
    assert client.image().startswith(b"\xff\xd8\xff")
    client.close()


def test_pictures(clients):
    viewer = clients("viewer")
    coarse, fine = viewer.camera_jpeg(quality=5), viewer.image(quality=95)
    for picture in (coarse, fine, viewer.camera_jpeg(), viewer.image()):
        assert (picture[:3], picture[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9")
    assert len(coarse) < len(fine)


def test_the_live_picture(clients):
    pictures = list(itertools.islice(clients("viewer").stream(), 3))
    assert all((each[:3], each[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9") for each in pictures)
    assert len(set(pictures)) == 3


def test_a_snapshot_is_kept_and_can_be_fetched(clients, tmp_path):
    taken = clients("operator").snapshot(filename="part_7.jpg", quality=95, addTimestamp=True)
    assert taken["success"] is True
    assert taken["path"] == "/media/data/snapshots/part_7.jpg"
    kind = clients("viewer").download("snapshots/part_7.jpg", tmp_path / "part_7.jpg")
    assert kind == "image/jpeg"
    assert (tmp_path / "part_7.jpg").stat().st_size == taken["size"]


def test_what_the_device_tells_of_itself(clients):
    viewer = clients("viewer")
    here, away = viewer.camera_status()["cameras"]
    assert (here["connected"], here["resolution"], here["framerate"]) == (True, "320x240", 30)
    assert (away["connected"], away["device"]) == (False, "/dev/video99")
    for info in (viewer.info(), viewer.status()):
        memory = info["system"]["memory"]
        assert 0 < memory["used"] <= memory["total"]
        assert info["camera"]["resolution"] == "320x240"
    for health in (clients("nobody").health(), clients("nobody").api_health()):
        assert health["status"] == "healthy"


def test_files_come_and_go(admin, tmp_path):
    (tmp_path / "plan.txt").write_text("first")
    sent = admin.upload(tmp_path / "plan.txt", path="/media/data/plans/")
    assert sent == {
        "success": True,
        "filename": "plan.txt",
        "path": "/media/data/plans/plan.txt",
        "size": 5,
    }
    (tmp_path / "plan.txt").write_text("second")
    with pytest.raises(DeviceError) as refused:
        admin.upload(tmp_path / "plan.txt", path="/media/data/plans/")
    assert refused.value.status == 409
    admin.upload(tmp_path / "plan.txt", path="/media/data/plans/", overwrite="true")
    admin.upload(tmp_path / "plan.txt", path="/media/data/plans/old/")

    for fetch in (admin.download, admin.file):
        assert fetch("plans/plan.txt", tmp_path / "fetched") == "text/plain"
        assert (tmp_path / "fetched").read_text() == "second"
    for listing in (admin.files("/media/data/plans"), admin.api_files("/media/data/plans")):
        assert [entry["name"] for entry in listing["files"]] == ["old", "plan.txt"]
        assert (listing["file_count"], listing["directory_count"]) == (1, 1)
        assert listing["total_size"] == len("second")
    deep = admin.files("/media/data/plans", recursive="true", filter=".txt")
    assert [entry["name"] for entry in deep["files"]] == ["old/plan.txt", "plan.txt"]

    assert admin.delete("plans/plan.txt")["success"] is True
    assert admin.delete("plans", recursive="true")["success"] is True
    with pytest.raises(DeviceError) as gone:
        admin.files("/media/data/plans")
    assert (gone.value.status, gone.value.code) == (404, "FILE_NOT_FOUND")


def test_a_recording(clients, tmp_path):
    operator = clients("operator")
    started = operator.start_recording(filename="run.avi", duration=60, quality="high")
    assert started["success"] is True
    with pytest.raises(DeviceError) as refused:
        operator.start_recording()
    assert (refused.value.status, refused.value.code) == (409, "RECORDING_IN_PROGRESS")
    with pytest.raises(DeviceError) as refused:
        operator.change_config("camera", default_framerate=15)
    assert (refused.value.status, refused.value.code) == (409, "RECORDING_IN_PROGRESS")
    status = operator.recording_status()
    assert (status["recording"], status["filename"]) == (True, "run.avi")
    stopped = operator.stop_recording()
    assert stopped["recording_id"] == started["recording_id"] == status["recording_id"]
    assert operator.recording_status()["recording"] is False
    assert operator.download("recordings/run.avi", tmp_path / "run.avi") == "video/x-msvideo"
    film = (tmp_path / "run.avi").read_bytes()
    assert (film[:4], film[8:12], len(film)) == (b"RIFF", b"AVI ", stopped["file_size"])


@pytest.mark.parametrize("role", ["operator", "admin"])
def test_settings_of_the_camera(clients, role):
    device = clients(role)
    assert device.change_config("camera", default_framerate=25)["success"] is True
    camera = device.config_section("camera")
    assert (camera["default_framerate"], camera["default_resolution"]) == (25, "1920x1080")
    device.replace_config("camera", default_resolution="640x480")
    camera = device.config_section("camera")
    assert (camera["default_framerate"], camera["default_resolution"]) == (30, "640x480")
    device.replace_config("camera", default_resolution="1920x1080")


def test_other_settings(admin):
    settings = admin.config()
    assert {"camera", "network", "storage"} <= set(settings)
    assert settings["stream"] == admin.config_section("stream")
    admin.change_config("stream", max_clients=7)
    assert admin.config_section("stream") == settings["stream"] | {"max_clients": 7}


ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
    "</s:Body></s:Envelope>"
)


def test_other_cameras(admin):
    """There are none here; tests/component/onvif has some."""
    assert isinstance(admin.onvif_discover(timeout=0.1)["devices"], list)
    with pytest.raises(DeviceError) as refused:
        admin.onvif("urn:uuid:12345678-1234-5678-9abc-123456789abc", "device_service", ENVELOPE)
    assert (refused.value.status, refused.value.code) == (404, "ONVIF_DEVICE_NOT_FOUND")


ERRORS = [
    ("viewer", lambda device: device.image(quality=101), 400, "INVALID_REQUEST"),
    ("nobody", lambda device: device.info(), 401, "INVALID_CREDENTIALS"),
    ("viewer", lambda device: device.snapshot(), 403, "PERMISSION_DENIED"),
    ("operator", lambda device: device.delete("a.txt"), 403, "PERMISSION_DENIED"),
    ("operator", lambda device: device.change_config("auth"), 403, "PERMISSION_DENIED"),
    ("admin", lambda device: device.delete("a.txt"), 404, "FILE_NOT_FOUND"),
    ("operator", lambda device: device.stop_recording(), 409, "NOT_RECORDING"),
    (
        "operator",
        lambda device: device.start_recording(resolution="1x1"),
        422,
        "INVALID_RESOLUTION",
    ),
    ("operator", lambda device: device.snapshot(filename="a.png"), 422, "INVALID_FORMAT"),
    ("admin", lambda device: device.change_config("camera", nothing=1), 422, "INVALID_CONFIG"),
]


@pytest.mark.parametrize(("role", "call", "status", "code"), ERRORS)
def test_what_is_refused_says_why(clients, role, call, status, code):
    with pytest.raises(DeviceError) as refused:
        call(clients(role))
    assert (refused.value.status, refused.value.code) == (status, code)
    assert str(refused.value)
    assert isinstance(refused.value.details, str | dict)
    assert reference.ISO_UTC.fullmatch(refused.value.timestamp)


def test_a_client_in_a_hurry_is_told_when_to_come_back(daemon):
    process = daemon("--camera", "pattern:320x240@30")
    client = Device(process.url, headers=process.headers("viewer"))
    with ThreadPoolExecutor(20) as threads:
        answers = [threads.submit(client.image) for _ in range(100)]
    refused = next(filter(None, map(Future.exception, answers)))
    assert isinstance(refused, DeviceError)
    headers = refused.headers
    assert refused.status == 429
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("10", "0")
    refused_s = datetime.fromisoformat(refused.timestamp).timestamp()
    assert 0 <= int(headers["X-RateLimit-Reset"]) - refused_s < 3
    time.sleep(int(headers["Retry-After"]))
    assert client.image()
    client.close()


def test_changes_are_told_over_the_websocket(process, clients):
    url = f"ws://127.0.0.1:{process.http_port}/ws?token={process.token('operator')}"
    with connect(url, proxy=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "event": "state_changes", "id": 1}))
        assert json.loads(socket.recv(5))["id"] == 1
        clients("operator").start_recording()
        wanted = {"type": "state_update", "parameter": "camera.recording", "value": True}
        while json.loads(socket.recv(5)) != wanted:
            pass
        socket.send(json.dumps({"type": "recording_stop", "id": 2}))
        while json.loads(socket.recv(5)) != wanted | {"value": False}:
            pass
        socket.send(json.dumps({"type": "get_state"}))
        while (message := json.loads(socket.recv(5)))["type"] != "state":
            pass
        assert message["state"]["camera.connected"] is True
