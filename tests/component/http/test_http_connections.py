"""Connections as clients and others use them: kept alive, pipelined, malformed, over TLS."""

import http.client
import json
import socket
import time

import pytest
import requests


@pytest.fixture
def connect(served):
    """`connect()` gives a socket that is connected to the daemon."""
    opened = []

    def connect():
        opened.append(socket.create_connection(("127.0.0.1", served.http_port), timeout=10))
        return opened[-1]

    yield connect
    for sock in opened:
        sock.close()


def head(daemon, path, method="GET", *lines):
    lines = f"{method} {path} HTTP/1.1", "Host: localhost", *lines
    authorization = f"Authorization: Bearer {daemon.token('operator')}"
    return "\r\n".join([*lines, authorization, "", ""]).encode()


def read_until(sock, end):
    data = b""
    while end not in data:
        chunk = sock.recv(65536)
        assert chunk, data
        data += chunk
    return data


def read_answer(sock):
    """Status, headers and body of the next answer on the connection."""
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response.status, response.headers, response.read()


def everything(sock):
    data = b""
    while chunk := sock.recv(65536):
        data += chunk
    return data


def test_many_requests_on_one_connection_and_then_the_stream(served, connect):
    sock = connect()
    for path in ("/health", "/image", "/nothing", "/image?quality=0", "/api/info"):
        sock.sendall(head(served, path))
        status, headers, _ = read_answer(sock)
        assert status in (200, 400, 404)
        assert headers["connection"] == "keep-alive"
    sock.sendall(head(served, "/stream"))
    assert b"multipart/x-mixed-replace" in read_until(sock, b"\r\n\r\n")
    for _ in range(3):
        read_until(sock, b"--camerad-frame\r\n")


def test_a_body_in_pieces_is_whole(served, connect):
    sock = connect()
    body = json.dumps({"filename": "pieces.jpg"}).encode()
    lines = "Content-Type: application/json", f"Content-Length: {len(body)}"
    request = head(served, "/snapshot", "POST", *lines) + body
    for at in range(0, len(request), 7):
        sock.sendall(request[at : at + 7])
        time.sleep(0.001)
    status, _, answer = read_answer(sock)
    assert (status, json.loads(answer)["filename"]) == (200, "pieces.jpg")


def test_a_chunked_body_is_whole(served, connect):
    sock = connect()
    lines = "Content-Type: application/json", "Transfer-Encoding: chunked"
    chunks = b'8\r\n{"filena\r\n11\r\nme":"chunked.jpg"\r\n1\r\n}\r\n0\r\n\r\n'
    sock.sendall(head(served, "/snapshot", "POST", *lines) + chunks)
    status, _, answer = read_answer(sock)
    assert (status, json.loads(answer)["filename"]) == (200, "chunked.jpg")


def test_pipelined_requests_are_answered_in_order(served, connect):
    sock = connect()
    paths = ["/health", "/api/info", "/nothing", "/image?quality=0", "/health"]
    sock.sendall(b"".join(head(served, path) for path in paths))
    stream = sock.makefile("rb")
    statuses = []
    for _ in paths:
        statuses.append(int(stream.readline().split()[1]))
        length = 0
        while (line := stream.readline().lower()) != b"\r\n":
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        stream.read(length)
    assert statuses == [200, 200, 404, 400, 200]


def test_the_stream_may_be_the_last_of_a_pipeline(served, connect):
    sock = connect()
    sock.sendall(b"".join(head(served, path) for path in ("/health", "/image", "/stream")))
    data = read_until(sock, b"X-Sequence:")
    assert data.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert data.index(b"image/jpeg") < data.index(b"multipart/x-mixed-replace")


def test_what_follows_the_request_for_a_stream_is_not_answered(served, connect):
    sock = connect()
    sock.sendall(head(served, "/stream") + head(served, "/health") * 1000)
    data = b"".join(read_until(sock, b"--camerad-frame\r\n") for _ in range(5))
    assert data.count(b"HTTP/1.1") == 1


def test_http_1_0_gets_a_stream_it_understands(served, connect):
    sock = connect()
    sock.sendall(head(served, "/stream").replace(b"HTTP/1.1", b"HTTP/1.0"))
    answer = read_until(sock, b"--camerad-frame\r\n")
    assert b"chunked" not in answer
    assert b"connection: close" in answer.lower()


def test_a_refused_stream_leaves_the_connection_open(served, connect):
    sock = connect()
    for path, status in (("/stream?quality=0", 400), ("/stream?camera=7", 404), ("/health", 200)):
        sock.sendall(head(served, path))
        assert read_answer(sock)[0] == status


SECRET = b"SECRETSECRET"
MALFORMED = [
    b"GARBAGE\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET ?token=" + SECRET + b" HTTP/1.1\r\n\r\n",
    b"GET image?token=" + SECRET + b" HTTP/1.1\r\n\r\n",
    b"CONNECT camera:80 HTTP/1.1\r\n\r\n",
    b"GET :80:90/?token=" + SECRET + b" HTTP/1.1\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
    b"POST /snapshot HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    b"POST /snapshot HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    b"POST /snapshot HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /snapshot HTTP/1.1\r\nContent-Length: 5\r\nExpect: miracle\r\n\r\nabcde",
]


@pytest.mark.parametrize("request_", MALFORMED, ids=lambda data: repr(data[:40]))
def test_a_malformed_request_is_refused_in_the_envelope(connect, request_):
    sock = connect()
    sock.sendall(request_)
    status, headers, body = read_answer(sock)
    assert 400 <= status < 500
    assert headers["content-type"] == "application/json"
    assert set(json.loads(body)["error"]) == {"code", "message", "details", "timestamp"}
    assert SECRET not in body


@pytest.mark.parametrize(
    "value", ["Bearer \udcff", "Basic \udcff", "Basic =", "Bearer " + "a" * 8000, "\udc80", "é"]
)
def test_strange_credentials_are_no_credentials(connect, value):
    sock = connect()
    line = f"Authorization: {value}".encode(errors="surrogateescape")
    sock.sendall(b"GET /image HTTP/1.1\r\nHost: localhost\r\n" + line + b"\r\n\r\n")
    assert read_answer(sock)[0] == 401


def test_a_stranger_cannot_make_the_daemon_hold_a_body(connect):
    sock = connect()
    sock.sendall(b"POST /snapshot HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n")
    assert read_answer(sock)[0] == 401


def test_a_client_that_leaves_in_the_middle_harms_nobody(served, connect):
    for request_ in (head(served, "/image"), head(served, "/stream"), head(served, "/image")[:30]):
        for _ in range(20):
            sock = connect()
            sock.sendall(request_)
            sock.close()
    assert requests.get(f"{served.url}/health", timeout=10).status_code == 200
