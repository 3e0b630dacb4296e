"""Listings and deletion."""

import os
import time

import pytest
import requests

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
