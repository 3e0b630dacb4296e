"""OWASP's path traversal list, and links, on every route that takes a path: nothing gets out."""

import http.client
import json
import os
import shutil
import urllib.parse
from pathlib import Path

import pytest

from multipart_forms import BOUNDARY, file, form, part

CANARY = "canary.txt"
SECRET = "what nobody may read"

DATA = Path(__file__).parents[2] / "data"
UP = (DATA / "traversal-up.txt").read_text().split()
"""Steps to the directory above: plain, encoded once and more often, with bytes that UTF-8 forbids
(overlong ones among them), with characters that look like dots and slashes."""
ABSOLUTE = (DATA / "traversal-absolute.txt").read_text().split()
ENDS = ["", "%00", "%00.jpg", "%0a", "/", "/.", "%2f", "%20", "?", ";.jpg", "%23"]
LINKS = [
    "file-link",
    "directory-link",
    "directory-link/passwd",
    "above",
    f"above/{CANARY}",
    "loop",
    "loop/x",
    "dangling",
    "inner-link",
    "inner-link/inside.txt",
    "sub/file-link",
    "sub/../file-link",
    "proc-root/etc/passwd",
    "/media/data/directory-link/passwd",
    f"media/data/above/{CANARY}",
]


@pytest.fixture(scope="module")
def tree(served):
    """A tree with links of every kind, and beside it the state, with something to be read."""
    state, media = served.state, served.state / "media"
    (media / "sub").mkdir(parents=True, exist_ok=True)
    (state / CANARY).write_text(SECRET)
    (media / "sub" / "inside.txt").write_text("harmless")
    for name, target in {
        "file-link": state / CANARY,
        "directory-link": "/etc",
        "above": "..",
        "loop": "loop",
        "dangling": "/nowhere/at/all",
        "inner-link": "sub",
        "proc-root": "/proc/self/root",
        "sub/file-link": f"../../{CANARY}",
    }.items():
        (media / name).symlink_to(target)
    return media


def paths_up(step):
    """From some depths to some files, with every end."""
    for depth in (1, 2, 5, 9):
        for target in (CANARY, "etc/passwd"):
            yield step * depth + target
    for end in ENDS:
        yield step + CANARY + end


class Attacker:
    """Sends what no client library would."""

    def __init__(self, daemon):
        self._connection = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=20)
        # Not to be rewritten or refused on this side.
        self._connection._validate_path = lambda _path: None
        self._headers = daemon.headers("admin")

    def request(self, method, target, body=None, headers=None):
        self._connection.request(method, target, body, {**self._headers, **(headers or {})})
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()

    def close(self):
        self._connection.close()


@pytest.fixture(scope="module")
def attacker(served):
    attacker = Attacker(served)
    yield attacker
    attacker.close()


def assert_refused(served, asked, status, body):
    assert status in (400, 403, 404, 405, 409), (asked, status, body)
    for word in (SECRET, "root:", "PATH=", str(served.state)):
        assert word not in body, asked
    assert set(json.loads(body)) == {"error"}


def reading_requests(path):
    yield "GET", f"/download/{path}"
    yield "GET", f"/files/{path}"
    yield "HEAD", f"/download/{path}"
    query = path.replace("?", "%3f").replace("#", "%23").replace("&", "%26").replace("+", "%2b")
    for name in ("path", "directory"):
        yield "GET", f"/files?{name}={query}"
        yield "GET", f"/api/files?{name}={query}"
    yield "DELETE", f"/files/{path}?recursive=true"


def assert_all_is_there(served, tree):
    assert (served.state / CANARY).read_text() == SECRET
    assert os.path.exists("/etc/passwd")
    assert (tree / "sub" / "inside.txt").exists()


def is_sendable(target):
    """Such a target cannot stand in a request line: the request would be malformed by itself."""
    return not any(char in target for char in " \t\r\n\0")


@pytest.mark.parametrize("step", UP)
def test_no_way_up(served, tree, attacker, step):
    for path in paths_up(step):
        for method, target in reading_requests(path):
            assert is_sendable(target)
            status, body = attacker.request(method, target)
            if method == "HEAD":
                assert status in (400, 403, 404)
            else:
                assert_refused(served, (method, target), status, body)
    assert_all_is_there(served, tree)


@pytest.mark.parametrize("path", ABSOLUTE)
def test_no_absolute_way_out(served, tree, attacker, path):
    for method, target in reading_requests(path):
        status, body = attacker.request(method, target)
        if method == "HEAD":
            assert status in (400, 403, 404)
        else:
            assert_refused(served, (method, target), status, body)
    assert_all_is_there(served, tree)


@pytest.mark.parametrize("path", LINKS)
def test_no_link_leads_anywhere(served, tree, attacker, path):
    for method, target in reading_requests(path):
        if method == "DELETE" and "/" not in path.removeprefix("sub/"):
            continue  # a link itself can be deleted: see below
        status, body = attacker.request(method, target)
        if method == "HEAD":
            assert status in (400, 403, 404)
        else:
            assert_refused(served, (method, target), status, body)
    assert_all_is_there(served, tree)


def test_links_are_not_even_listed(tree, attacker):
    _, body = attacker.request("GET", "/files?path=/media/data&recursive=true")
    names = [entry["name"] for entry in json.loads(body)["files"]]
    assert [name for name in names if not name.startswith("sub")] == []
    assert "sub/file-link" not in names
    assert tree.joinpath("sub", "inside.txt").exists()


@pytest.mark.parametrize("target", ["/etc", "..", "sub", "/nowhere"])
def test_of_a_link_only_itself_is_deleted(served, tree, attacker, target):
    (tree / "doomed").symlink_to(target)
    status, _ = attacker.request("DELETE", "/files/doomed?recursive=true")
    assert status == 200
    assert not (tree / "doomed").is_symlink()
    assert_all_is_there(served, tree)


def upload(attacker, *parts):
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return attacker.request("POST", "/upload", form(*parts), headers)


def outside(served):
    """All that stands where an upload must not get."""
    beside = {path.name for path in served.state.iterdir()}
    above = {path.name for path in served.state.parent.iterdir()}
    return beside, above, os.path.exists("/planted"), os.path.exists("/etc/planted")


@pytest.mark.parametrize("step", UP)
def test_no_upload_lands_outside(served, tree, attacker, step):
    """Whatever form the path comes in, it is taken literally; so that it may also be a name."""
    before = outside(served)
    for spelled in {step, urllib.parse.unquote(step, errors="replace")}:
        for depth in (1, 3, 9):
            path, name = spelled * depth, (spelled * depth + "planted").encode()
            upload(attacker, part("path", path.encode()), file(filename="planted"))
            upload(attacker, file(filename=name.decode()))
    assert outside(served) == before
    assert_all_is_there(served, tree)


@pytest.mark.parametrize("path", [*ABSOLUTE, *LINKS])
def test_no_upload_goes_over_a_link_or_to_a_foreign_place(served, tree, attacker, path):
    before = outside(served), sorted(os.listdir(served.state / "media"))
    status, body = upload(attacker, part("path", path.encode()), file(filename="planted"))
    if status == 200:  # a relative path in all its strangeness
        kept = json.loads(body)["path"]
        assert kept.startswith("/media/data/")
        shutil.rmtree(tree / kept.removeprefix("/media/data/").split("/")[0])
    else:
        assert_refused(served, path, status, body)
    assert (outside(served), sorted(os.listdir(served.state / "media"))) == before


def test_an_upload_does_not_write_through_a_link(served, tree, attacker):
    parts = part("overwrite", b"true"), file(b"planted", filename="file-link")
    status, _ = upload(attacker, *parts)
    assert status == 200
    assert_all_is_there(served, tree)
    assert (tree / "file-link").read_bytes() == b"planted"
    assert not (tree / "file-link").is_symlink()
