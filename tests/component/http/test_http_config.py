"""Reading and changing the configuration, and what becomes of the daemon meanwhile."""

import time

import pytest
import requests

import reference

SECTIONS = (
    "camera", "recording", "storage", "network", "auth", "limits", "onvif", "firmware", "stream",
    "logging",
)  # fmt: skip
DEVICE = {"uuid": "u1", "address": "http://10.0.0.9/onvif", "username": "me"}


class Client:
    """Asks one daemon, as its administrator."""

    def __init__(self, process):
        self.process = process

    def __call__(self, method, path, role="admin", **options):
        url = f"{self.process.url}{path}"
        headers = self.process.headers(role)
        return requests.request(method, url, headers=headers, timeout=10, **options)

    def get(self, path):
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change(self, section, settings, method="PATCH"):
        answer = self(method, f"/api/config/{section}", json=settings)
        assert answer.status_code == 200, answer.text
        assert answer.json()["success"] is True
        return answer.json()

    def camera(self):
        return self.get("/api/camera/status")["cameras"][0]


def until(condition, timeout_s=5):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)  # nothing to wait on from outside


@pytest.fixture
def client(daemon):
    return Client(daemon("--camera", "pattern"))


@pytest.fixture(scope="module")
def shared(serving):
    """For tests whose changes do not last."""
    return Client(serving("--camera", "pattern:320x240", "--camera", "pattern:320x240"))


def test_the_body_that_is_printed_is_taken_and_applied(client):
    for method in ("PUT", "PATCH"):
        body = reference.example(f"{method} /api/config/{{section}}", "Request Body:")
        changed = client.change("camera", body, method)
        assert changed["restart_required"] == []
        assert changed["config"] | body["camera"] == changed["config"]
    until(lambda: client.camera()["resolution"] == "1920x1080")


def test_all_sections_are_shown(shared):
    assert tuple(shared.get("/api/config")) == SECTIONS
    for section in SECTIONS:
        shown = shared.get(f"/api/config/{section}")
        assert shown.items() >= shared.get("/api/config")[section].items()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("section", SECTIONS)
def test_what_was_read_can_be_written_back(shared, section, method):
    before = shared.get("/api/config")
    shown = shared.get(f"/api/config/{section}")
    shared.change(section, shown, method)
    shared.change(section, {section: shown}, method)
    assert shared.get("/api/config") == before


@pytest.mark.parametrize(
    ("section", "body", "details"),
    [
        ("camera", {"x": 1}, "camera.x: unknown key"),
        ("camera", {"linger": "1"}, "camera.linger: expected float, got str"),
        ("camera", {"camera": 1}, "camera: expected an object with its keys"),
        (
            "camera",
            {"default_framerate": 0, "max_age": 0},
            "camera.default_framerate: expected int >= 1; camera.max_age: expected float >= 0.1",
        ),
        ("camera", {"active": 7}, "camera.active: there is no camera 7; cameras: 0, 1"),
        (
            "camera",
            {"controls": {"brightness": 1}},
            "camera.controls.brightness: no camera has it; there are: none",
        ),
        ("network", {"https_port": 8080}, "network.https_port: is http_port too"),
        (
            "storage",
            {"roots": {"/media/data": "/"}},
            "storage.roots: is set in the configuration file, not over the API",
        ),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_wrong_is_named_and_changes_nothing(shared, method, section, body, details):
    before = shared.get("/api/config")
    answer = shared(method, f"/api/config/{section}", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "INVALID_CONFIG")
    assert error["details"] == details
    assert shared.get("/api/config") == before


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_an_unknown_section_is_not_found(shared, method):
    answer = shared(method, "/api/config/nonsense", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"linger": 1e999}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"linger": 1}', "text/plain", 415),
        (b'{"linger": 1}', "application/x-www-form-urlencoded", 400),
        (b'{"controls": {' + b'"a": 1,' * 200_000 + b'"a": 1}}', "application/json", 413),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_body_that_is_no_object(shared, method, body, media_type, status):
    url = f"{shared.process.url}/api/config/camera"
    headers = shared.process.headers("admin") | {"Content-Type": media_type}
    answer = requests.request(method, url, data=body, headers=headers, timeout=10)
    assert answer.status_code == status


def test_a_change_takes_effect_in_a_stream_that_is_open(client):
    client.change("camera", {"default_resolution": "640x480"})
    with client("GET", "/stream", stream=True) as stream:
        parts = stream.iter_content(65536)
        next(parts)
        client.change("camera", {"default_resolution": "320x240", "default_framerate": 15})
        until(lambda: next(parts) and client.camera()["resolution"] == "320x240")
        assert client.camera()["framerate"] == 15
        assert next(parts)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [("pattern:320x240", ("320x240", 15)), ("pattern@5", ("640x480", 5))],
)
def test_what_the_command_line_pins_stays(daemon, spec, expected):
    client = Client(daemon("--camera", spec))
    client.change("camera", {"default_resolution": "640x480", "default_framerate": 15})
    until(lambda: (client.camera()["resolution"], client.camera()["framerate"]) == expected)


def test_the_active_camera_changes(shared):
    assert shared.get("/api/camera/status")["active_camera"] == 0
    shared.change("camera", {"active": 1})
    assert shared.get("/api/camera/status")["active_camera"] == 1
    shared.change("camera", {"active": 0})


def test_limits_and_reserve_apply_at_once(client):
    client.change("limits", {"api": 7})
    answer = client("GET", "/api/config/limits")
    assert answer.headers["X-RateLimit-Limit"] == "7"
    client.change("limits", {"enabled": False})
    assert "X-RateLimit-Limit" not in client("GET", "/api/config/limits").headers
    client.change("storage", {"reserve_bytes": 1 << 60})
    answer = client("POST", "/snapshot", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "INSUFFICIENT_STORAGE")


def test_secrets_are_taken_and_never_shown(client):
    changed = client.change("onvif", {"devices": [DEVICE | {"password": "onvif secret"}]})
    assert changed["config"]["devices"] == [DEVICE]
    for path in ("/api/config", "/api/config/onvif"):
        assert "onvif secret" not in client("GET", path).text
    assert "onvif secret" in (client.process.state / "config.json").read_text()
    assert "onvif secret" not in client.process.log()


def test_what_waits_for_a_restart_says_so_until_it_is_taken_back(client):
    assert client.change("network", {"http_port": 9})["restart_required"] == ["network.http_port"]
    assert client.change("camera", {"linger": 1})["restart_required"] == ["network.http_port"]
    assert client.change("network", {"http_port": 8080})["restart_required"] == []


def test_changes_last_over_a_restart(client):
    client.change("camera", {"default_resolution": "320x240", "linger": 1})
    client.process.stop()
    client.process.start()
    assert client.get("/api/config/camera")["linger"] == 1.0
    until(lambda: client.camera()["resolution"] == "320x240")


def test_put_forgets_what_it_leaves_out(client):
    client.change("camera", {"linger": 1, "max_age": 3})
    assert client.change("camera", {"max_age": 4}, "PUT")["config"]["linger"] == 5.0


class TestDamage:
    @pytest.fixture
    def restarted(self, client):
        """Restarts the daemon with these files of its state damaged."""

        def restarted(*names):
            client.process.stop()
            for name in names:
                (client.process.state / name).write_text('{"camera": {"linger"')
            client.process.start()
            return requests.get(f"{client.process.url}/health", timeout=10).json()

        return restarted

    def test_of_the_configuration_costs_nothing_and_is_told(self, client, restarted):
        client.change("camera", {"linger": 1})
        health = restarted("config.json")
        assert health["checks"]["config"] == "damaged"
        assert health["status"] == "unhealthy"
        assert "its last good copy is in use" in client.process.log()
        assert client.get("/api/config/camera")["linger"] == 1.0
        client.change("camera", {})
        assert "config" not in client.get("/health")["checks"]

    def test_of_its_copy_too_leaves_the_defaults(self, client, restarted):
        client.change("camera", {"linger": 1})
        health = restarted("config.json", "config.json.good")
        assert health["checks"]["config"] == "damaged"
        assert client.get("/api/config/camera")["linger"] == 5.0

    def test_of_the_accounts_is_told_while_the_copy_is_in_use(self, client, restarted):
        health = restarted("accounts.json")
        assert health["checks"]["config"] == "damaged"
        assert client.get("/api/config/camera")["linger"] == 5.0

    def test_of_all_accounts_makes_a_new_administrator(self, client, restarted):
        health = restarted("accounts.json", "accounts.json.good")
        assert health["checks"]["config"] == "damaged"
        assert client("GET", "/api/config").status_code == 401
        first = client.process.first_credentials()
        login = requests.get(
            f"{client.process.url}/api/config", auth=("admin", first["password"]), timeout=10
        )
        assert login.status_code == 200
