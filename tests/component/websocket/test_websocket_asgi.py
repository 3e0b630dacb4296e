"""WebSockets under another server: uvicorn."""

import json
import os
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from websockets.exceptions import InvalidStatus

from daemon_process import free_port


@pytest.fixture(scope="module")
def uvicorn(tmp_path_factory, prepared_state):
    """Where it is, as clients see a daemon."""
    state, tokens = prepared_state
    folder = tmp_path_factory.mktemp("uvicorn")
    shutil.copytree(state, folder / "state")
    environment = {"CAMERAD_STATE": str(folder / "state"), "CAMERAD_CAMERA": "pattern:320x240"}
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "camerad.asgi:app", "--port", str(port)]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=output, stderr=output
        )
    deadline_s = time.monotonic() + 15
    while "Uvicorn running" not in log.read_text():
        assert time.monotonic() < deadline_s, log.read_text()
        time.sleep(0.02)
    yield SimpleNamespace(
        http_port=port,
        token=tokens.get,
        headers=lambda role: {"Authorization": f"Bearer {tokens[role]}"},
    )
    process.terminate()
    process.wait(10)
    assert "Traceback" not in log.read_text(), log.read_text()
    assert not any(token in log.read_text() for token in tokens.values()), log.read_text()


def test_events_and_requests(client, uvicorn):
    admin = client(uvicorn, "admin")
    admin.ask(type="subscribe", event="state_changes")
    admin.say(type="set_parameter", parameter="camera.framerate", value=20)
    assert admin.hear_of("camera.framerate") == 20
    assert admin.ask(type="get_state")["state"]["camera.framerate"] == 20


def test_pictures(client, uvicorn):
    viewer = client(uvicorn, "", f"/ws/live?token={uvicorn.token('viewer')}")
    viewer.say(type="credit", frames=3)
    assert all(viewer.connection.recv(5).startswith(b"\xff\xd8") for _ in range(3))
    with pytest.raises(TimeoutError):
        viewer.connection.recv(0.3)


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [("", "/ws", 401), ("viewer", "/ws/live?camera=7", 404), ("viewer", "/nothing", 404)],
)
def test_refusals_are_answers(client, uvicorn, role, path, status):
    with pytest.raises(InvalidStatus) as refused:
        client(uvicorn, role, path)
    response = refused.value.response
    assert response.status_code == status
    assert json.loads(response.body)["error"]["code"]


def test_who_sends_what_cannot_be_taken_is_sent_away(client, uvicorn):
    viewer = client(uvicorn, "viewer")
    viewer.connection.send("x" * 65537)
    assert viewer.closed_with() == 1009
