"""The reference's own curl lines and examples, against the daemon."""

import json
import re

import pytest
import reference
import requests
from reference import assert_same_fields, example, run_as_printed, shape


@pytest.mark.parametrize("command", reference.curl_lines("/api/info"))
def test_info_is_as_printed(served, tmp_path, command):
    headers, body = run_as_printed(command, served, tmp_path)
    assert headers.startswith("HTTP/1.1 200 OK")
    assert "content-type: application/json" in headers.lower()
    assert_same_fields(json.loads(body), example("GET /api/info\nGET /api/status", "Response:"))


@pytest.mark.parametrize(
    "command", [*reference.curl_lines("/image"), *reference.curl_lines("/camera.jpeg")]
)
def test_pictures_are_as_printed(served, tmp_path, command):
    headers, body = run_as_printed(command, served, tmp_path)
    assert headers.startswith("HTTP/1.1 200 OK")
    assert "content-type: image/jpeg\n" in headers.lower()
    output = re.search(r"--output (\S+)", command)
    picture = (tmp_path / output.group(1)).read_bytes() if output else body
    assert (picture[:3], picture[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9")


def test_there_are_as_many_curl_lines_as_expected():
    paths = ("/api/info", "/image", "/camera.jpeg")
    assert [len(reference.curl_lines(path)) for path in paths] == [2, 1, 2]


def test_a_snapshot_is_as_printed(served):
    wanted = example("POST /snapshot", "Request Body:")
    answer = requests.post(
        f"{served.url}/snapshot", json=wanted, headers=served.headers("operator"), timeout=10
    )
    assert answer.status_code == 200
    taken = answer.json()
    assert_same_fields(taken, example("POST /snapshot", "Response:"))
    assert taken["success"] is True
    assert taken["filename"] == wanted["filename"]
    assert taken["path"] == f"/media/data/snapshots/{wanted['filename']}"


def test_the_camera_status_is_as_printed(served):
    answer = requests.get(
        f"{served.url}/api/camera/status", headers=served.headers("viewer"), timeout=10
    ).json()
    printed = example("GET /api/camera/status", "Response:")
    assert shape(answer) == shape(printed)
    assert [camera["id"] for camera in answer["cameras"]] == [0, 1]
    assert answer["cameras"][0]["resolution"] == "320x240"
    assert answer["cameras"][1]["device"] == "/dev/video99"
    assert answer["active_camera"] == 0


def test_health_is_as_printed(served):
    answer = requests.get(f"{served.url}/health", timeout=10).json()
    assert_same_fields(answer, example("GET /health\nGET /api/health", "Response:"))
    assert answer["status"] == "healthy"
    assert answer["checks"]["camera"] == answer["checks"]["storage"] == "ok"


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/image", 401), ("/image?camera=1", 503)]
)
def test_errors_are_as_printed(served, path, status):
    headers = served.headers("viewer") if status == 503 else {}
    answer = requests.get(f"{served.url}{path}", headers=headers, timeout=10)
    assert answer.status_code == status
    printed = example("Error Response Format", "Error Response Format")
    assert_same_fields(answer.json(), printed)
    if status == 503:
        assert answer.json()["error"]["code"] == printed["error"]["code"]
        assert "/dev/video99" in answer.json()["error"]["details"]
