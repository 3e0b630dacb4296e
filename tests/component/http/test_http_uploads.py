"""Uploads as clients make them, and as they had better not."""

import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import threading
import time

import pytest
import requests

from multipart_forms import BOUNDARY, file, form, part

MIB = 1 << 20
MAX_UPLOAD = 64 * MIB
CONFIG = f"""
[limits]
enabled = false
[storage]
max_upload_bytes = {MAX_UPLOAD}
"""


@pytest.fixture(scope="module")
def daemon(serving, tmp_path_factory):
    """One that takes up to 64 MiB."""
    config = tmp_path_factory.mktemp("config") / "camerad.toml"
    config.write_text(CONFIG)
    return serving("--config", str(config), "--camera", "pattern:320x240")


@pytest.fixture(autouse=True)
def media(daemon):
    """What is really /media/data; empty again afterwards."""
    yield daemon.state / "media"
    shutil.rmtree(daemon.state / "media")
    (daemon.state / "media").mkdir()


@pytest.fixture
def admin(daemon):
    with requests.Session() as session:
        session.headers.update(daemon.headers("admin"))
        yield session


def upload(admin, daemon, name="f.bin", content=b"content", **fields):
    files = {"file": (name, content)}
    return admin.post(f"{daemon.url}/upload", files=files, data=fields, timeout=30)


def refusal(answer):
    return answer.status_code, answer.json()["error"]["code"]


def left(media):
    """All that is there, under whatever name."""
    return sorted(path.name for path in media.rglob("*"))


@pytest.mark.parametrize("size", [0, 1, 65_536, MIB, 3 * MIB + 1, MAX_UPLOAD])
def test_any_size(daemon, admin, media, size):
    content = random.Random(size).randbytes(size)
    answer = upload(admin, daemon, content=content)
    assert answer.json() == {
        "success": True,
        "filename": "f.bin",
        "path": "/media/data/f.bin",
        "size": size,
    }
    assert (media / "f.bin").read_bytes() == content
    assert (media / "f.bin").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "/media/data/f.bin"),
        ("sub/deep", "/media/data/sub/deep/f.bin"),
        ("/media/data/sub/", "/media/data/sub/f.bin"),
        ("/data/configs/", "/data/configs/f.bin"),
        ("/data", "/data/f.bin"),
    ],
)
def test_any_directory(daemon, admin, path, expected):
    assert upload(admin, daemon, path=path).json()["path"] == expected
    real = daemon.state / expected.removeprefix("/").replace("media/data", "media")
    assert real.read_bytes() == b"content"
    real.unlink()


@pytest.mark.parametrize("name", ["ä 😀.txt", "a'b;c=d.txt", '"q".txt', "100%25.txt", ".hidden"])
def test_any_name(daemon, admin, media, name):
    assert upload(admin, daemon, name).json()["filename"] == name
    assert left(media) == [name]


@pytest.mark.parametrize("yes", ["true", "True", "1"])
def test_only_overwrite_overwrites(daemon, admin, media, yes):
    assert upload(admin, daemon, content=b"one").ok
    for fields in ({}, {"overwrite": "false"}, {"overwrite": ""}, {"overwrite": "0"}):
        assert refusal(upload(admin, daemon, content=b"two", **fields)) == (409, "FILE_EXISTS")
    assert (media / "f.bin").read_bytes() == b"one"
    assert upload(admin, daemon, content=b"three", overwrite=yes).ok
    assert (media / "f.bin").read_bytes() == b"three"
    assert left(media) == ["f.bin"]


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("../f", {}, (400, "INVALID_REQUEST")),
        ("..", {}, (400, "INVALID_REQUEST")),
        ("a/b", {}, (400, "INVALID_REQUEST")),
        ("a\\b", {}, (400, "INVALID_REQUEST")),
        ("f", {"path": ".."}, (400, "INVALID_REQUEST")),
        ("f", {"path": "a/../../b"}, (400, "INVALID_REQUEST")),
        ("f", {"path": "//data"}, (400, "INVALID_REQUEST")),
        ("f", {"path": "a\0b"}, (400, "INVALID_REQUEST")),
        ("f", {"path": "/etc"}, (403, "PERMISSION_DENIED")),
        ("f", {"path": "/"}, (403, "PERMISSION_DENIED")),
        ("f", {"path": "link"}, (403, "PERMISSION_DENIED")),
        ("f", {"path": "file"}, (409, "FILE_EXISTS")),
        ("f", {"overwrite": "perhaps"}, (400, "INVALID_REQUEST")),
        ("directory", {}, (409, "FILE_EXISTS")),
        ("directory", {"overwrite": "true"}, (400, "INVALID_REQUEST")),
        ("x" * 300, {}, (400, "INVALID_REQUEST")),
    ],
)
def test_where_it_cannot_go(daemon, admin, media, name, fields, expected):
    (media / "directory").mkdir()
    (media / "file").touch()
    (media / "link").symlink_to("/tmp")
    before = left(media)
    answer = upload(admin, daemon, name, **fields)
    assert refusal(answer) == expected
    assert str(daemon.state) not in answer.text
    assert left(media) == before


def send(admin, daemon, body, content_type=f"multipart/form-data; boundary={BOUNDARY}"):
    headers = {"Content-Type": content_type}
    return admin.post(f"{daemon.url}/upload", data=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("multipart/form-data", (400, "INVALID_REQUEST")),
        ("multipart/form-data; boundary=", (400, "INVALID_REQUEST")),
        ('multipart/form-data; boundary=""', (400, "INVALID_REQUEST")),
        ("multipart/form-data; boundary=" + "b" * 300, (400, "INVALID_REQUEST")),
        ("multipart/form-data; boundary=other", (400, "INVALID_REQUEST")),
        ("multipart/mixed; boundary=simple-boundary", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("application/json", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("application/x-www-form-urlencoded", (415, "UNSUPPORTED_MEDIA_TYPE")),
        ("", (415, "UNSUPPORTED_MEDIA_TYPE")),
    ],
)
def test_what_is_no_form(daemon, admin, media, content_type, expected):
    assert refusal(send(admin, daemon, form(file()), content_type)) == expected
    assert left(media) == []


def test_a_quoted_boundary(daemon, admin):
    quoted = f'Multipart/Form-Data; charset=utf-8; boundary="{BOUNDARY}"'
    assert send(admin, daemon, form(file()), quoted).ok


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_uploads(daemon, admin, method):
    answer = admin.request(method, f"{daemon.url}/upload", timeout=10)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def pieces(body, size=100_000):
    """A body whose length is not announced: Transfer-Encoding: chunked."""
    return (body[start : start + size] for start in range(0, len(body), size))


ENDLESS = {
    "fields": form(*[part(f"a{number}", b"b") for number in range(200_000)]),
    "headers": f"--{BOUNDARY}\r\n".encode() + b"X-Header: y\r\n" * 500_000,
    "header": f"--{BOUNDARY}\r\nX: ".encode() + b"y" * 10 * MIB,
    "field": form(part("path", b"x" * 10 * MIB), file()),
    "preamble": b"x" * 10 * MIB,
    "no end": form(file(b"x" * 10 * MIB))[:-4],
    "epilogue": form(file()) + b"x" * 10 * MIB,
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_refused_at_little_cost(daemon, admin, media, body):
    before_s = cpu_s(daemon)
    for sent in (body, pieces(body)):
        assert refusal(send(admin, daemon, sent)) == (400, "INVALID_REQUEST")
    assert cpu_s(daemon) - before_s < 1
    assert left(media) == []


def cpu_s(daemon):
    with open(f"/proc/{daemon.pid}/stat") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def test_too_large_is_told_before_and_while_it_comes(daemon, admin, media):
    too_large = (413, "PAYLOAD_TOO_LARGE")
    assert refusal(upload(admin, daemon, content=bytes(MAX_UPLOAD + 1))) == too_large
    assert refusal(upload(admin, daemon, content=bytes(2 * MAX_UPLOAD))) == too_large
    body = form(file(bytes(MAX_UPLOAD + 1)))
    assert refusal(send(admin, daemon, pieces(body))) == too_large
    assert left(media) == []


def test_the_connection_lives_on_after_a_refusal(daemon, admin):
    for _ in range(3):
        answer = upload(admin, daemon, content=bytes(2 * MAX_UPLOAD))
        assert answer.headers["connection"] == "keep-alive"
    assert upload(admin, daemon).ok


def test_a_chunked_upload(daemon, admin, media):
    content = random.Random(2).randbytes(5 * MIB)
    body = form(file(content))
    assert send(admin, daemon, pieces(body, 12_345)).json()["size"] == len(content)
    assert (media / "f.bin").read_bytes() == content


@pytest.fixture
def connect(daemon):
    opened = []

    def connect():
        opened.append(socket.create_connection(("127.0.0.1", daemon.http_port), timeout=10))
        return opened[-1]

    yield connect
    for sock in opened:
        sock.close()


def head(daemon, length, *lines, role="admin"):
    lines = (
        "POST /upload HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {daemon.token(role)}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {length}",
        *lines,
    )
    return "\r\n".join([*lines, "", ""]).encode()


def read_answer(sock):
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response.status, response.headers, response.read()


def test_the_next_request_may_follow_at_once(daemon, connect):
    sock = connect()
    body = form(file(bytes(3 * MIB)), part("overwrite", b"true"))
    after = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    sock.sendall((head(daemon, len(body)) + body) * 2 + after)
    statuses = []
    with sock.makefile("rb") as stream:
        for _ in range(3):
            statuses.append(int(stream.readline().split()[1]))
            headers = http.client.parse_headers(stream)
            stream.read(int(headers["content-length"]))
    assert statuses == [200, 200, 200]


def test_byte_by_byte(daemon, connect, media):
    sock = connect()
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = form(part("path", b"slow"), file())
    for byte in head(daemon, len(body)) + body:
        sock.sendall(bytes([byte]))
    assert read_answer(sock)[0] == 200
    assert (media / "slow" / "f.bin").read_bytes() == b"content"


def test_an_offered_body_is_asked_for_only_if_it_is_wanted(daemon, connect):
    body = form(file())
    sock = connect()
    sock.sendall(head(daemon, len(body), "Expect: 100-continue"))
    assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    sock.sendall(body)
    assert read_answer(sock)[0] == 200
    for length, role, status in ((2 * MAX_UPLOAD, "admin", 413), (100, "viewer", 403)):
        sock = connect()
        sock.sendall(head(daemon, length, "Expect: 100-continue", role=role))
        answer = sock.recv(100)
        assert answer.startswith(b"HTTP/1.1 %d " % status)
        while chunk := sock.recv(1000):
            answer += chunk
        assert b"\r\nconnection: close\r\n" in answer


def test_curl_offers_a_large_body_and_sends_none_of_it(daemon, tmp_path):
    (tmp_path / "large").write_bytes(bytes(MAX_UPLOAD + MIB))
    arguments = ["--form", "file=@large", "--write-out", "%{size_upload} %{http_code}"]
    authorization = f"Authorization: Bearer {daemon.token('admin')}"
    done = subprocess.run(
        ["curl", "-s", "-o", "answer", "-H", authorization, *arguments, f"{daemon.url}/upload"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.stdout == "0 413"
    answer = json.loads((tmp_path / "answer").read_text())
    assert answer["error"]["code"] == "PAYLOAD_TOO_LARGE"


def wait_until(condition, timeout_s=10):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_cut_upload_leaves_nothing(daemon, connect, admin, media):
    """The connection ends, or is reset, anywhere."""
    assert upload(admin, daemon, "before").ok
    descriptors = len(os.listdir(f"/proc/{daemon.pid}/fd"))
    dice = random.Random(3)
    request = form(part("path", b"cut"), file(bytes(4 * MIB)))
    request = head(daemon, len(request)) + request
    near_the_ends = [*range(1, 40), *range(len(request) - 40, len(request))]
    for number in range(60):
        at = dice.choice(near_the_ends) if number % 2 else dice.randrange(len(request))
        sock = connect()
        sock.sendall(request[:at])
        if number % 3:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    wait_until(lambda: left(media) == ["before"])
    wait_until(lambda: len(os.listdir(f"/proc/{daemon.pid}/fd")) <= descriptors)


def test_half_a_connection_is_enough_to_hear_the_refusal(daemon, connect, media):
    sock = connect()
    body = form(file(bytes(4 * MIB)))
    sock.sendall((head(daemon, len(body)) + body)[: 2 * MIB])
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(1000):
        pass
    wait_until(lambda: left(media) == [])


def test_a_few_at_once_and_no_more(daemon, connect, admin, media):
    body = form(file(bytes(2 * MIB), filename="slow"))
    slow = [connect() for _ in range(4)]
    for sock in slow:
        sock.sendall((head(daemon, len(body)) + body)[:-10])
    wait_until(lambda: len(left(media)) == 4)
    assert refusal(upload(admin, daemon)) == (503, "OVERLOADED")
    slow[0].sendall(body[-10:])
    assert read_answer(slow[0])[0] == 200
    assert upload(admin, daemon).ok
    for sock in slow[1:]:
        sock.close()
    wait_until(lambda: left(media) == ["f.bin", "slow"])


def test_two_of_one_name_at_once_are_one(daemon, media):
    statuses = []

    def send_one(content):
        answer = requests.post(
            f"{daemon.url}/upload",
            files={"file": ("f.bin", content * 3 * MIB)},
            headers=daemon.headers("admin"),
            timeout=20,
        )
        statuses.append(answer.status_code)

    both = [threading.Thread(target=send_one, args=(content,)) for content in (b"a", b"b")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(statuses) == [200, 409]
    assert len(set((media / "f.bin").read_bytes())) == 1
    assert left(media) == ["f.bin"]


def test_memory_does_not_grow_with_the_file(daemon, admin):
    assert upload(admin, daemon, content=bytes(8 * MIB), overwrite="1").ok
    before = _status(daemon, "VmRSS")
    for _ in range(3):
        assert upload(admin, daemon, content=bytes(MAX_UPLOAD), overwrite="1").ok
    assert _status(daemon, "VmHWM") - before < 16 * MIB


def _status(daemon, name):
    with open(f"/proc/{daemon.pid}/status") as status:
        (line,) = [line for line in status if line.startswith(name)]
    return int(line.split()[1]) * 1024
