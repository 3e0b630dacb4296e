"""The file lines of the reference, listings and deletion."""

import json
import os
import time

import pytest
import reference
import requests
from reference import assert_same_fields, example, run_as_printed

MODIFIED_S = 1_736_937_000  # 2025-01-15T10:30:00Z


@pytest.fixture(scope="module")
def admin(served):
    with requests.Session() as session:
        session.headers.update(served.headers("admin"))
        yield session


@pytest.fixture
def media(served):
    """An empty /media/data."""
    media = served.state / "media"
    media.mkdir(exist_ok=True)
    assert not any(media.iterdir())
    yield media
    for path in sorted(media.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()


def put(media, path, content=b"content"):
    """A file and the directories above it, as if they had been there since 2025."""
    target = media / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    for each in (target, target.parent):
        os.utime(each, (MODIFIED_S, MODIFIED_S))
    return target


@pytest.mark.parametrize("command", reference.curl_lines("/upload"))
def test_uploads_are_as_printed(served, tmp_path, command):
    content = b"x" * example("POST /upload", "Response:")["size"]
    for name in ("config.json", "firmware.bin"):
        (tmp_path / name).write_bytes(content)
    headers, body = run_as_printed(command, served, tmp_path, "admin")
    assert headers.startswith("HTTP/1.1 200 OK")
    answer = json.loads(body)
    printed = example("POST /upload", "Response:")
    assert_same_fields(answer, printed)
    if "config.json" in command:
        assert answer == printed
    assert (served.state / answer["path"].removeprefix("/")).read_bytes() == content


@pytest.mark.parametrize(
    "command",
    [*reference.curl_lines("/download/recordings"), *reference.curl_lines("/files/logs")],
)
def test_downloads_are_as_printed(served, media, tmp_path, command):
    for path in ("recordings/video1.avi", "logs/system.log"):
        put(media, path, path.encode())
    headers, _ = run_as_printed(command, served, tmp_path, "viewer")
    assert headers.startswith("HTTP/1.1 200 OK")
    kept = {"video1.avi": "recordings/video1.avi", "system_backup.log": "logs/system.log"}
    (output,) = [name for name in kept if name in os.listdir(tmp_path)]
    assert (tmp_path / output).read_text() == kept[output]
    media_type = "video/x-msvideo" if output == "video1.avi" else "text/plain"
    assert f"content-type: {media_type}\n" in headers.lower()


@pytest.mark.parametrize("command", reference.curl_lines("/files?path="))
def test_listings_are_as_printed(served, media, tmp_path, command):
    put(media, "recordings/recording_001.avi", b"x" * 1000)
    put(media, "recordings/snapshots/a.jpg", b"x" * 50)
    put(media, "video.avi")
    put(media, "notes.txt")
    headers, body = run_as_printed(command, served, tmp_path, "viewer")
    assert headers.startswith("HTTP/1.1 200 OK")
    answer = json.loads(body)
    if "filter" in command:
        assert [entry["name"] for entry in answer["files"]] == ["video.avi"]
        return
    printed = example("GET /files?path={directory}\nGET /api/files?directory={path}", "Response:")
    assert list(answer) == list(printed)
    for entry, as_printed in zip(answer["files"], printed["files"], strict=True):
        assert set(entry) == set(as_printed)
        assert entry["name"] == as_printed["name"]
        assert entry["type"] == as_printed["type"]
    assert answer["files"][0] == {
        "name": "recording_001.avi",
        "size": 1000,
        "modified": "2025-01-15T10:30:00Z",
        "type": "file",
        "mime_type": "video/x-msvideo",
    }
    assert answer["path"] == "/media/data/recordings"
    assert (answer["total_size"], answer["file_count"], answer["directory_count"]) == (1000, 1, 1)


@pytest.mark.parametrize("command", reference.curl_lines("/files/temp"))
def test_a_directory_is_deleted_as_printed(served, media, tmp_path, command):
    put(media, "temp/below/a.avi")
    (media / "temp" / "link").symlink_to("/etc")
    headers, body = run_as_printed(command, served, tmp_path, "admin")
    assert headers.startswith("HTTP/1.1 200 OK")
    assert json.loads(body) == {"success": True}
    assert os.listdir(media) == []
    assert os.path.exists("/etc/passwd")


@pytest.mark.parametrize("command", reference.curl_lines("/files/recordings"))
def test_a_file_is_deleted_as_printed(served, media, tmp_path, command):
    put(media, "recordings/old_video.avi")
    headers, _ = run_as_printed(command, served, tmp_path, "admin")
    assert headers.startswith("HTTP/1.1 200 OK")
    assert os.listdir(media / "recordings") == []


def test_there_are_as_many_curl_lines_as_expected():
    assert [len(reference.curl_lines(path)) for path in ("/upload", "/download", "/files")] == [
        *(2, 1, 5)
    ]


def listed(admin, served, **parameters):
    answer = admin.get(f"{served.url}/files", params=parameters, timeout=10)
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("route", ["/files", "/api/files"])
@pytest.mark.parametrize("parameter", ["path", "directory"])
@pytest.mark.parametrize("directory", ["/media/data/sub", "/media/data/sub/", "sub", "sub/"])
def test_either_parameter_on_either_path(served, admin, media, route, parameter, directory):
    put(media, "sub/a.avi")
    answer = admin.get(f"{served.url}{route}", params={parameter: directory}, timeout=10).json()
    assert answer["path"] == "/media/data/sub"
    assert [entry["name"] for entry in answer["files"]] == ["a.avi"]


def test_a_listing_without_a_path_is_of_the_top(served, admin, media):
    put(media, "a.avi")
    assert listed(admin, served) == listed(admin, served, path="/media/data")


def test_a_recursive_listing(served, admin, media):
    for path in ("a.avi", "b/c.AVI", "b/d/e.txt", "b/d/f.avi"):
        put(media, path)
    found = listed(admin, served, recursive="true")
    assert [entry["name"] for entry in found["files"]] == [
        *("a.avi", "b", "b/c.AVI", "b/d", "b/d/e.txt", "b/d/f.avi")
    ]
    assert (found["file_count"], found["directory_count"], found["total_size"]) == (4, 2, 28)
    for suffix in ("avi", ".avi", ".AVI"):
        found = listed(admin, served, recursive="1", filter=suffix)
        assert [entry["name"] for entry in found["files"]] == ["a.avi", "b/c.AVI", "b/d/f.avi"]
    assert len(listed(admin, served, recursive="false", filter="")["files"]) == 2


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("path=/media/data/none", 404, "FILE_NOT_FOUND"),
        ("path=/media/data/a.avi", 404, "FILE_NOT_FOUND"),
        ("path=/etc", 403, "PERMISSION_DENIED"),
        ("path=/", 400, "INVALID_REQUEST"),
        ("path=..", 400, "INVALID_REQUEST"),
        ("path=%ff", 400, "INVALID_REQUEST"),
        ("path=a%00", 400, "INVALID_REQUEST"),
        ("path=a&path=b", 400, "INVALID_REQUEST"),
        ("path=a&directory=a", 400, "INVALID_REQUEST"),
        ("recursive=perhaps", 400, "INVALID_REQUEST"),
    ],
)
def test_a_listing_that_cannot_be(served, admin, media, query, status, code):
    put(media, "a.avi")
    answer = admin.get(f"{served.url}/files?{query}", timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert str(served.state) not in answer.text


@pytest.mark.parametrize("path", ["full", "empty"])
def test_a_directory_is_deleted_only_recursively(served, admin, media, path):
    put(media, "full/a.avi")
    (media / "empty").mkdir()
    for query in ("", "?recursive=false"):
        answer = admin.delete(f"{served.url}/files/{path}{query}", timeout=10)
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "DIRECTORY_NOT_EMPTY"
    assert admin.delete(f"{served.url}/files/{path}?recursive=1", timeout=10).status_code == 200
    assert path not in os.listdir(media)


@pytest.mark.parametrize("path", ["/media/data", "/data/", "media/data", "data"])
def test_a_root_is_never_deleted(served, admin, media, path):
    answer = admin.delete(f"{served.url}/files/{path}?recursive=true", timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    assert media.is_dir()


def test_what_is_missing_cannot_be_deleted(served, admin):
    answer = admin.delete(f"{served.url}/files/none", timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "FILE_NOT_FOUND")


@pytest.mark.parametrize("path", ["sub/a.avi", "/media/data/sub/a.avi", "media/data/sub/a.avi"])
def test_an_absolute_path_may_be_joined_to_the_url(served, admin, media, path):
    put(media, "sub/a.avi")
    for route in ("download", "files"):
        assert admin.get(f"{served.url}/{route}/{path}", timeout=10).content == b"content"
    assert admin.delete(f"{served.url}/files/{path}", timeout=10).status_code == 200
    assert os.listdir(media / "sub") == []


def test_a_relative_path_goes_before_an_absolute_one(served, admin, media):
    put(media, "data/x", b"relative")
    put(served.state / "data", "x", b"absolute")
    assert admin.get(f"{served.url}/files/data/x", timeout=10).content == b"relative"
    assert admin.get(f"{served.url}/files//data/x", timeout=10).content == b"absolute"


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_an_admin_changes_files(served, media, role):
    put(media, "a.avi")
    headers = served.headers(role)
    assert requests.get(f"{served.url}/files/a.avi", headers=headers, timeout=10).ok
    for answer in (
        requests.delete(f"{served.url}/files/a.avi", headers=headers, timeout=10),
        requests.post(f"{served.url}/upload", files={"file": b""}, headers=headers, timeout=10),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    assert os.listdir(media) == ["a.avi"]


def test_options_tell_what_a_file_answers_to(served, admin):
    answer = admin.options(f"{served.url}/files/x", timeout=10)
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS"


def test_ten_thousand_entries_are_listed_soon(served, admin, media):
    (media / "many").mkdir()
    for number in range(10_000):
        (media / "many" / f"{number}.jpg").touch()
    begin_s = time.monotonic()
    found = listed(admin, served, path="many")
    assert time.monotonic() - begin_s < 5
    assert (found["file_count"], len(found["files"])) == (10_000, 10_000)
