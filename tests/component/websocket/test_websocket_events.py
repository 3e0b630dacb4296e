"""/ws of a real daemon: who gets in, what is heard, what is done."""

import json
import ssl
import time

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from daemon_process import add_token, free_port, run_camerad
from standin import Camera, environment


def refusal(client, daemon, role="", path="/ws", **options):
    with pytest.raises(InvalidStatus) as refused:
        client(daemon, role, path, **options)
    response = refused.value.response
    return response.status_code, json.loads(response.body)["error"]["code"]


def test_every_way_of_saying_who_one_is(client, unlimited):
    daemon = unlimited()
    first = daemon.first_credentials()
    token = daemon.token("viewer")
    assert client(daemon, "viewer").ask(type="get_state")["type"] == "state"
    by_query = client(daemon, "", f"/ws?token={token}")
    assert by_query.ask(type="get_state")["type"] == "state"
    url = f"ws://admin:{first['password']}@127.0.0.1:{daemon.http_port}/ws"
    with connect(url, proxy=None) as by_password:
        by_password.send('{"type": "get_state"}')
        assert "config.auth" in json.loads(by_password.recv(5))["state"]


def test_who_does_not_get_in(client, unlimited):
    daemon = unlimited(toml="[stream]\nmax_websockets = 1\n")
    token = daemon.token("viewer")
    assert refusal(client, daemon) == (401, "INVALID_CREDENTIALS")
    assert refusal(client, daemon, "", "/ws?token=wrong") == (401, "INVALID_CREDENTIALS")
    assert refusal(client, daemon, "viewer", f"/ws?token={token}") == (400, "INVALID_REQUEST")
    assert refusal(client, daemon, "viewer", origin="http://evil.example") == (
        403,
        "PERMISSION_DENIED",
    )
    assert refusal(client, daemon, "viewer", "/ws/live?camera=7") == (404, "NOT_FOUND")
    assert refusal(client, daemon, "viewer", "/ws/live?quality=0") == (400, "INVALID_REQUEST")
    client(daemon, "viewer", origin=daemon.url)
    assert refusal(client, daemon, "viewer") == (503, "OVERLOADED")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_request_that_is_no_handshake(served, method):
    headers = served.headers("viewer")
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    for extra in (
        {},
        upgrade,
        {**upgrade, "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"},
        {**upgrade, "Sec-WebSocket-Version": "8", "Sec-WebSocket-Key": "A" * 22 + "=="},
    ):
        answer = requests.request(
            method, f"{served.url}/ws", headers={**headers, **extra}, timeout=5
        )
        assert answer.status_code == 400
    answer = requests.options(f"{served.url}/ws", headers=headers, timeout=5)
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_every_client_hears_of_a_change_whoever_makes_it(client, served):
    clients = [client(served, role) for role in ("viewer", "operator", "admin")]
    for each in clients:
        each.ask(type="subscribe", event="state_changes")
    clients[1].say(type="set_parameter", parameter="camera.framerate", value=20)
    assert [each.hear_of("camera.framerate") for each in clients] == [20, 20, 20]
    changed = requests.patch(
        f"{served.url}/api/config/camera",
        json={"default_framerate": 10},
        headers=served.headers("admin"),
        timeout=5,
    )
    assert changed.status_code == 200
    assert [each.hear_of("camera.framerate") for each in clients] == [10, 10, 10]
    assert requests.get(f"{served.url}/image", headers=served.headers("viewer"), timeout=5).ok
    assert [each.hear_of("camera.streaming") for each in clients] == [True, True, True]
    state = clients[0].ask(type="get_state")["state"]
    assert (state["camera.framerate"], state["camera.streaming"]) == (10, True)


def test_what_a_viewer_may_not_see_it_does_not_hear_of(client, served):
    viewer, admin = client(served, "viewer"), client(served, "admin")
    for each in (viewer, admin):
        each.ask(type="subscribe", event="state_changes")
    admin.say(type="set_parameter", parameter="auth.session_ttl", value=60)
    assert admin.hear_of("config.auth")["session_ttl"] == 60
    admin.say(type="set_parameter", parameter="camera.framerate", value=20)
    heard = []
    while "camera.framerate" not in heard:
        heard.append(viewer.hear()["parameter"])
    assert not any(parameter.startswith("config.") for parameter in heard)


def test_cameras_come_and_go(client, unlimited):
    camera = Camera(options={"unplug_after": 10, "back_after_ms": 300})
    daemon = unlimited("--camera", camera.path, env=environment(camera))
    watcher = client(daemon, "viewer")
    watcher.ask(type="subscribe", event="camera_events")
    headers = daemon.headers("viewer")
    with requests.get(f"{daemon.url}/stream", headers=headers, stream=True, timeout=5):
        gone, back = watcher.hear(), watcher.hear()
    assert (gone["type"], gone["event"], gone["camera"], gone["device"]) == (
        "camera_event",
        "camera_disconnected",
        0,
        camera.path,
    )
    assert gone["reason"]
    assert (back["type"], back["event"]) == ("camera_event", "camera_connected")


def test_a_snapshot(client, served):
    operator = client(served, "operator")
    taken = operator.ask(type="snapshot", filename="ws.jpg", quality=50)["result"]
    kept = (served.state / "media" / "snapshots" / "ws.jpg").read_bytes()
    assert (taken["path"], taken["size"]) == ("/media/data/snapshots/ws.jpg", len(kept))
    again = operator.ask(type="snapshot", filename="ws.jpg")
    assert again["error"]["code"] == "FILE_EXISTS"
    outside = operator.ask(type="snapshot", filename="../ws.jpg")
    assert outside["error"]["code"] == "INVALID_REQUEST"


def test_a_wrong_value_is_refused_with_its_path(client, served):
    admin = client(served, "admin")
    for parameter, value in (
        ("camera.framerate", 0),
        ("camera.framerate", "fast"),
        ("camera.nothing", 1),
    ):
        answer = admin.ask(type="set_parameter", parameter=parameter, value=value)
        assert answer["error"]["code"] == "INVALID_CONFIG"
        assert answer["error"]["details"].startswith("camera.")
    roots = admin.ask(type="set_parameter", parameter="storage.roots", value={"/data": "/etc"})
    assert roots["error"]["code"] == "INVALID_CONFIG"


def test_a_token_that_is_revoked_is_out_within_seconds(client, unlimited):
    daemon = unlimited()
    stays = client(daemon, "viewer")
    secret = add_token(daemon.state, "leaving", "admin")
    idle, busy = (client(daemon, "", f"/ws?token={secret}") for _ in range(2))
    run_camerad("token", "revoke", "leaving", "--state", daemon.state)
    busy.insist('{"type": "snapshot", "filename": "late.jpg"}', times=1)
    assert busy.closed_with() == 1008
    assert not (daemon.state / "media" / "snapshots" / "late.jpg").exists()
    assert idle.closed_with(10) == 1008
    assert stays.ask(type="get_state")["type"] == "state"


def test_who_is_too_fast_is_sent_away(client, daemon):
    viewer = client(daemon(), "viewer")
    viewer.insist('{"type": "get_state"}', times=300)
    assert viewer.closed_with() == 1008


@pytest.mark.parametrize(("message", "code"), [("x" * 65537, 1009), (b"\0", 1003), ("{", 1008)])
def test_who_sends_what_cannot_be_taken_is_sent_away(client, served, message, code):
    viewer = client(served, "viewer")
    viewer.insist(message, times=30)
    assert viewer.closed_with() == code
    assert "Traceback" not in served.log()


def test_over_tls(unlimited):
    daemon = unlimited("--https-port", str(port := free_port()))
    while "and https://" not in daemon.log():
        time.sleep(0.02)
    tls = ssl.create_default_context(cafile=daemon.state / "certificate.pem")
    with connect(
        f"wss://127.0.0.1:{port}/ws",
        ssl=tls,
        additional_headers=daemon.headers("viewer"),
        proxy=None,
    ) as connection:
        connection.send(json.dumps({"type": "get_state", "id": "x" * 60_000}))
        assert len(connection.recv(5)) > 60_000


def test_the_device_stops_and_says_so(client, unlimited):
    daemon = unlimited()
    clients = [client(daemon, "viewer", path) for path in ("/ws", "/ws/live")]
    started_s = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - started_s < 2
    assert [each.closed_with() for each in clients] == [1001, 1001]


def test_no_token_stands_in_the_log(client, unlimited):
    daemon = unlimited()
    client(daemon, "", f"/ws?token={daemon.token('viewer')}").ask(type="get_state")
    requests.patch(
        f"{daemon.url}/api/config/logging",
        json={"level": "debug"},
        headers=daemon.headers("admin"),
        timeout=5,
    )
    client(daemon, "", f"/ws?token={daemon.token('viewer')}").ask(type="get_state")
    assert "GET /ws 101" in daemon.log()
    assert daemon.leaks() == []
