"""The reference, read as a program: each of its curl lines runs as printed, host, credentials and
files replaced, and each of its endpoints answers as printed.
"""

import os
import re

import pytest
import requests

import reference
from camerad import errors
from reference import (
    CURL_LINES,
    ELSEWHERE,
    FIRMWARE_LINES,
    SECTIONS,
    assert_same_fields,
    endpoint_of,
    error_example,
    example,
)

MODIFIED_S = 1_736_937_000  # 2025-01-15T10:30:00Z
FILES = (
    *("recordings/recording_001.avi", "recordings/video1.avi", "recordings/old_video.avi"),
    *("recordings/snapshots/a.jpg", "logs/system.log", "temp/below/a.avi", "clip.avi", "notes.txt"),
)
RECORDINGS = ["old_video.avi", "recording_001.avi", "snapshots", "video1.avi"]


@pytest.fixture
def media(served):
    """All that the lines name is below /media/data, and has been since 2025."""
    for path in FILES:
        target = served.state / "media" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path)
        for each in (target, target.parent):
            os.utime(each, (MODIFIED_S, MODIFIED_S))


@pytest.fixture
def call(served):
    """`call(endpoint)` makes the request that the reference prints for it; gives the JSON."""

    def call(endpoint, role="admin", **options):
        method, path = endpoint.split(" ")
        answer = requests.request(
            method, served.url + path, headers=served.headers(role), timeout=10, **options
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        return answer.json()

    return call


def check_info(answer, command, _folder, _state):
    assert_same_fields(answer.json(), example(endpoint_of(command), "Response:"))


def check_picture(answer, command, folder, _state):
    assert "Response: Binary JPEG data\nContent-Type: image/jpeg\n" in (
        SECTIONS["GET /camera.jpeg"] + SECTIONS["GET /image"]
    )
    picture = (folder / output_of(command)).read_bytes() if output_of(command) else answer.body
    assert answer.content_type == "image/jpeg"
    assert (picture[:3], picture[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9")


def check_upload(answer, command, folder, state):
    printed = example("POST /upload", "Response:")
    name = re.search(r"file=@(\S+?)\"", command).group(1)
    directory = re.search(r"path=(\S+?)\"", command).group(1)
    assert_same_fields(answer.json(), printed)
    assert answer.json() == printed | {
        "filename": name,
        "path": directory + name,
        "size": (folder / name).stat().st_size,
    }
    assert (state / (directory + name)[1:]).read_bytes() == (folder / name).read_bytes()


def check_download(answer, command, folder, _state):
    path = re.search(r"/(?:download|files)/(\S+)", command).group(1)
    assert (folder / output_of(command)).read_text() == path
    media_type = {"avi": "video/x-msvideo", "log": "text/plain"}[path[-3:]]
    assert media_type in reference.TEXT
    assert answer.content_type.partition(";")[0] == media_type


def check_list(answer, command, _folder, _state):
    listing, printed = answer.json(), example(endpoint_of(command), "Response:")
    assert list(listing) == list(printed)
    names = ["clip.avi"] if "filter=.avi" in command else RECORDINGS
    assert [entry["name"] for entry in listing["files"]] == names
    of_type = {entry["type"]: entry for entry in printed["files"]}
    for entry in listing["files"]:
        assert set(entry) == set(of_type[entry["type"]])
        assert entry["modified"] == of_type["file"]["modified"]
        assert entry.get("mime_type") == of_type[entry["type"]].get("mime_type")
    assert listing["path"] == re.search(r"path=([^\"&]+)", command).group(1)
    files = [entry for entry in listing["files"] if entry["type"] == "file"]
    assert listing["total_size"] == sum(entry["size"] for entry in files)
    assert listing["file_count"] == len(files)
    assert listing["directory_count"] == len(listing["files"]) - len(files)


def check_delete(answer, command, _folder, state):
    path = re.search(r"/files/([^\"?]+)", command).group(1)
    assert answer.json() == {"success": True}
    assert path in {*FILES, "temp"}
    assert not (state / "media" / path).exists()
    assert (state / "media/recordings/video1.avi").exists()


def check_config(answer, command, _folder, _state):
    read = answer.json()
    camera = read if command.endswith("/camera") else read["camera"]
    printed = example("PUT /api/config/{section}", "Request Body:")["camera"]
    assert set(printed) <= set(camera)
    assert camera["default_resolution"] == printed["default_resolution"]


CHECKS = {
    "GET /api/info": check_info,
    "GET /camera.jpeg": check_picture,
    "GET /image": check_picture,
    "POST /upload": check_upload,
    "GET /download/{filepath}": check_download,
    "GET /files/{filepath}": check_download,
    "GET /files?path={directory}": check_list,
    "DELETE /files/{filepath}": check_delete,
    "GET /api/config": check_config,
    "GET /api/config/{section}": check_config,
}
"""What is to be seen of an endpoint's curl lines, beside 200."""

CALLS = {
    *("POST /snapshot", "GET /api/camera/status", "GET /api/status", "GET /health"),
    *("GET /api/health", "GET /api/files?directory={path}", "POST /api/recording/start"),
    *("GET /api/recording/status", "POST /api/recording/stop", "PUT /api/config/{section}"),
    "PATCH /api/config/{section}",
}
"""What the reference has no curl line for, and a test here calls."""


def output_of(command):
    found = re.search(r"--output (\S+)", command)
    return found.group(1) if found else ""


def test_nothing_of_the_reference_is_left_out():
    assert len(CURL_LINES) == reference.TEXT.count("\ncurl ") == 15
    assert {endpoint_of(command) for command in CURL_LINES} == set(CHECKS)
    assert set(CHECKS) | CALLS | ELSEWHERE == set(SECTIONS)
    assert not CALLS & ELSEWHERE


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("command", [line for line in CURL_LINES if line not in FIRMWARE_LINES])
def test_every_curl_line_runs_as_printed(served, tmp_path, command):
    for name in re.findall(r"file=@(\S+?)\"", command):
        (tmp_path / name).write_bytes(os.urandom(example("POST /upload", "Response:")["size"]))
    answer = reference.run_as_printed(command, served, tmp_path, "admin")
    assert answer.status == 200, answer.body
    if not output_of(command) and endpoint_of(command) != "GET /image":
        assert answer.content_type == "application/json"
    CHECKS[endpoint_of(command)](answer, command, tmp_path, served.state)


@pytest.mark.parametrize(
    "endpoint", ["GET /api/status", "GET /api/camera/status", "GET /health", "GET /api/health"]
)
def test_what_is_read_has_the_fields_that_are_printed(call, endpoint):
    assert_same_fields(call(endpoint, "viewer"), example(endpoint, "Response:"))


def test_the_cameras_are_those_that_there_are(call):
    answer = call("GET /api/camera/status")
    assert [camera["id"] for camera in answer["cameras"]] == [0, 1]
    assert answer["cameras"][0]["resolution"] == "320x240"
    assert answer["cameras"][1] == {"id": 1, "connected": False, "device": "/dev/video99"}
    assert answer["active_camera"] == 0


def test_a_snapshot_is_as_printed(served, call):
    wanted = example("POST /snapshot", "Request Body:")
    taken = call("POST /snapshot", "operator", json=wanted)
    assert_same_fields(taken, example("POST /snapshot", "Response:"))
    kept = served.state / "media" / "snapshots" / wanted["filename"]
    assert taken | {"timestamp": None} == {
        "success": True,
        "filename": wanted["filename"],
        "path": f"/media/data/snapshots/{wanted['filename']}",
        "size": kept.stat().st_size,
        "timestamp": None,
    }


@pytest.mark.usefixtures("media")
def test_a_listing_by_its_other_name_is_as_printed(call):
    listings = [
        call(f"GET {path}", params={name: "/media/data/recordings"})
        for path, name in (("/api/files", "directory"), ("/files", "path"))
    ]
    assert listings[0] == listings[1]
    assert list(listings[0]) == list(example("GET /api/files?directory={path}", "Response:"))


def test_a_recording_is_as_printed(call):
    wanted = example("POST /api/recording/start", "Request Body:")
    answers = {"POST /api/recording/start": call("POST /api/recording/start", json=wanted)}
    for endpoint in ("GET /api/recording/status", "POST /api/recording/stop"):
        answers[endpoint] = call(endpoint)
    for endpoint, answer in answers.items():
        assert_same_fields(answer, example(endpoint, "Response:"))
        assert answer["filename"] == wanted["filename"]
    assert len({answer["recording_id"] for answer in answers.values()}) == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_configuration_is_changed_as_printed(call, method):
    wanted = example(f"{method} /api/config/{{section}}", "Request Body:")
    (section,) = wanted
    assert call(f"{method} /api/config/{section}", json=wanted)["success"] is True
    assert wanted[section].items() <= call(f"GET /api/config/{section}").items()


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/image", 401), ("/image?camera=1", 503)]
)
def test_errors_are_as_printed(served, path, status):
    headers = served.headers("viewer") if status == 503 else {}
    answer = requests.get(f"{served.url}{path}", headers=headers, timeout=10)
    assert answer.status_code == status
    printed = error_example()
    assert_same_fields(answer.json(), printed)
    if status == 503:
        assert answer.json()["error"]["code"] == printed["error"]["code"]
        assert "/dev/video99" in answer.json()["error"]["details"]


def test_every_code_and_status_of_the_reference_is_one_of_ours():
    known = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.CameradError)
    }
    printed = re.findall(r"^([A-Z_]+) \|$", reference.TEXT, re.MULTILINE)
    assert len(printed) == 8
    assert set(printed) <= known
