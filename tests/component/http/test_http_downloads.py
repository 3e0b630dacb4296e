"""Downloads: ranges, validators, connections that live on, and clients that do not read."""

import hashlib
import http.client
import os
import random
import socket
import subprocess
import threading
import time

import pytest
import requests

MIB = 1 << 20
SIZE = 20 * MIB


@pytest.fixture(scope="module", autouse=True)
def content(served):
    """What is in /media/data/video.avi."""
    content = random.Random(1).randbytes(SIZE)
    (served.state / "media").mkdir(exist_ok=True)
    (served.state / "media" / "video.avi").write_bytes(content)
    (served.state / "media" / "empty.txt").touch()
    return content


@pytest.fixture
def viewer(served):
    with requests.Session() as session:
        session.headers.update(served.headers("viewer"))
        yield session


def get(viewer, served, name="video.avi", method="GET", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return viewer.request(method, f"{served.url}/download/{name}", headers=headers, timeout=20)


def test_the_whole_file(served, viewer, content):
    answer = get(viewer, served)
    assert answer.content == content
    assert answer.headers["content-length"] == str(SIZE)
    assert answer.headers["content-type"] == "video/x-msvideo"
    assert answer.headers["content-disposition"] == 'attachment; filename="video.avi"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["connection"] == "keep-alive"


@pytest.mark.parametrize("name", ["ä 😀.txt", "a'b;c.txt", '"q".txt', "100%.txt", "#?&=+.txt"])
def test_any_name(served, viewer, name):
    (served.state / "media" / name).write_text(name)
    answer = get(viewer, served, requests.utils.quote(name))
    assert answer.content.decode() == name
    assert answer.headers["content-disposition"].isascii()


def test_an_empty_file(served, viewer):
    for headers in ({}, {"Range": "bytes=-5"}):
        answer = get(viewer, served, "empty.txt", **headers)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == "0"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1000000-1999999", 1_000_000, 2_000_000),
        ("bytes=20000000-", 20_000_000, SIZE),
        ("bytes=-4096", SIZE - 4096, SIZE),
        ("bytes=0-99999999", 0, SIZE),
    ],
)
def test_a_range(served, viewer, content, asked, start, end):
    answer = get(viewer, served, Range=asked)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.content == content[start:end]


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=5-2", "lines=1-2", "bytes=", "x"])
def test_what_is_no_single_range_is_ignored(served, viewer, content, asked):
    answer = get(viewer, served, Range=asked)
    assert (answer.status_code, answer.content) == (200, content)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", "bytes=99999999-999999999"])
def test_a_range_behind_the_end(served, viewer, asked):
    answer = get(viewer, served, Range=asked)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.json()["error"]["code"] == "RANGE_NOT_SATISFIABLE"


def test_a_cut_download_is_resumed_by_curl(served, content, tmp_path):
    (tmp_path / "video.avi").write_bytes(content[:7_654_321])
    authorization = f"Authorization: Bearer {served.token('viewer')}"
    url = f"{served.url}/download/video.avi"
    command = ["curl", "-sS", "-f", "-C", "-", "-O", "-H", authorization, url]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=20)
    assert (tmp_path / "video.avi").read_bytes() == content


def test_validators(served, viewer, content):
    first = get(viewer, served, "empty.txt")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": f'"other", W/{tag}'},
        {"If_Modified_Since": date},
    ):
        answer = get(viewer, served, "empty.txt", **headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "content-type" not in answer.headers
    video = get(viewer, served, method="HEAD").headers
    for valid in (video["etag"], video["last-modified"]):
        answer = get(viewer, served, Range="bytes=0-3", If_Range=valid)
        assert (answer.status_code, answer.content) == (206, content[:4])
    assert get(viewer, served, Range="bytes=0-3", If_Range=tag).status_code == 200


def test_a_change_changes_the_tag(served, viewer):
    path = served.state / "media" / "changing.txt"
    tags = set()
    for text in ("one", "two"):
        path.write_text(text)
        tags.add(get(viewer, served, "changing.txt").headers["etag"])
    os.utime(path, (1, 1))
    tags.add(get(viewer, served, "changing.txt").headers["etag"])
    assert len(tags) == 3


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-3"}, {"Range": f"bytes={SIZE}-"}])
def test_head_tells_of_the_whole_file(served, viewer, headers):
    answer = get(viewer, served, method="HEAD", **headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(SIZE)


@pytest.mark.parametrize(
    ("name", "status"), [("none", 404), ("", 400), ("sub", 400), ("pipe", 403), ("link", 403)]
)
def test_what_cannot_be_downloaded(served, viewer, name, status):
    media = served.state / "media"
    if not (media / "sub").exists():
        (media / "sub").mkdir()
        os.mkfifo(media / "pipe")
        (media / "link").symlink_to("video.avi")
    answer = get(viewer, served, name)
    assert answer.status_code == status
    assert str(served.state) not in answer.text


@pytest.fixture
def connected(served):
    with socket.create_connection(("127.0.0.1", served.http_port), timeout=10) as sock:
        yield sock


def request(served, path, *lines, method="GET", version="1.1"):
    head = f"{method} {path} HTTP/{version}", "Host: 127.0.0.1", *lines
    authorization = f"Authorization: Bearer {served.token('viewer')}"
    return "\r\n".join([*head, authorization, "", ""]).encode()


def answers(sock, count):
    """Status and body of so many answers on one connection."""
    found = []
    with sock.makefile("rb") as stream:
        for _ in range(count):
            status = int(stream.readline().split()[1])
            headers = http.client.parse_headers(stream)
            found.append((status, stream.read(int(headers["content-length"]))))
    return found


def test_pipelined_requests_on_one_connection(served, connected, content):
    paths = ["/download/video.avi", "/health", "/files/video.avi", "/download/none", "/files"]
    connected.sendall(b"".join(request(served, path) for path in paths))
    found = answers(connected, len(paths))
    assert [status for status, _ in found] == [200, 200, 200, 404, 200]
    assert found[0][1] == found[2][1] == content


def test_many_downloads_on_one_connection(served, viewer, content):
    for number in range(50):
        answer = get(viewer, served, Range=f"bytes={number}-{number}")
        assert answer.content == content[number : number + 1]


def test_http_1_0_closes_at_the_end(served, connected, content):
    connected.sendall(request(served, "/download/video.avi", version="1.0"))
    data = b""
    while chunk := connected.recv(MIB):
        data += chunk
    assert data.partition(b"\r\n\r\n")[2] == content


def test_a_slow_client_holds_nobody_up(served, viewer, connected, content):
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    connected.sendall(request(served, "/download/video.avi"))
    begin_s = time.monotonic()
    assert get(viewer, served).content == content
    assert viewer.get(f"{served.url}/health", timeout=5).ok
    assert time.monotonic() - begin_s < 5
    assert answers(connected, 1) == [(200, content)]


def descriptors(served):
    return len(os.listdir(f"/proc/{served.pid}/fd"))


def test_clients_that_leave_in_the_middle_leave_nothing_open(served, viewer):
    assert get(viewer, served, "empty.txt").ok
    before = descriptors(served)
    for number in range(30):
        with socket.create_connection(("127.0.0.1", served.http_port), timeout=10) as sock:
            sock.sendall(request(served, "/download/video.avi"))
            sock.recv(1 + number * 10_000)
    deadline_s = time.monotonic() + 10
    while descriptors(served) > before:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def test_a_file_that_is_deleted_meanwhile_comes_whole(served, connected):
    path = served.state / "media" / "doomed.bin"
    content = os.urandom(SIZE)
    path.write_bytes(content)
    connected.sendall(request(served, "/download/doomed.bin"))
    assert connected.recv(1, socket.MSG_PEEK)
    path.unlink()
    assert answers(connected, 1) == [(200, content)]


def test_a_file_that_is_cut_off_meanwhile_ends_the_connection(served, connected):
    path = served.state / "media" / "cut.bin"
    path.write_bytes(bytes(200 * MIB))
    connected.sendall(request(served, "/download/cut.bin"))
    assert connected.recv(1, socket.MSG_PEEK)
    os.truncate(path, 1)
    size = 0
    while chunk := connected.recv(MIB):
        size += len(chunk)
    assert size < 200 * MIB
    path.unlink()


def test_a_growing_file_comes_as_it_was(served, viewer):
    path = served.state / "media" / "growing.avi"
    path.write_bytes(bytes(5 * MIB))
    stop = threading.Event()

    def grow():
        with path.open("ab") as file:
            while not stop.wait(0.001):
                file.write(b"x" * 10_000)
                file.flush()

    recorder = threading.Thread(target=grow)
    recorder.start()
    try:
        for _ in range(5):
            answer = get(viewer, served, "growing.avi")
            assert len(answer.content) == int(answer.headers["content-length"])
    finally:
        stop.set()
        recorder.join()


def test_memory_does_not_grow_with_the_file(served, viewer):
    path = served.state / "media" / "large.bin"
    size = 500 * MIB
    with path.open("wb") as file:
        file.truncate(size)
    get(viewer, served)
    before, digest = memory_bytes(served), hashlib.sha256()
    with viewer.get(f"{served.url}/download/large.bin", stream=True, timeout=20) as answer:
        received = 0
        for chunk in answer.iter_content(MIB):
            received += len(chunk)
            digest.update(chunk[:1])
    path.unlink()
    assert received == size
    assert peak_bytes(served) - before < 16 * MIB


def test_the_device_stops_in_the_middle_of_downloads(serving):
    daemon = serving()
    large = daemon.state / "media" / "large.bin"
    large.parent.mkdir(exist_ok=True)
    with large.open("wb") as file:
        file.truncate(500 * MIB)
    url = f"{daemon.url}/download/large.bin"
    headers = daemon.headers("viewer")
    downloads = [requests.get(url, headers=headers, stream=True, timeout=20) for _ in range(5)]
    started_s = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - started_s < 2
    for download in downloads:
        download.close()


def memory_bytes(served):
    return _status(served, "VmRSS")


def peak_bytes(served):
    return _status(served, "VmHWM")


def _status(served, name):
    with open(f"/proc/{served.pid}/status") as status:
        (line,) = [line for line in status if line.startswith(name)]
    return int(line.split()[1]) * 1024
