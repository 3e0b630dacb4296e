"""No secret is ever written down, however talkative the log and whatever a request does."""

import socket
from base64 import b64encode

import pytest
import requests

WRONG = "wrongwrongwrongwrong"


TALKATIVE = "[logging]\nlevel = 'debug'\n[limits]\nenabled = false\n"


@pytest.fixture(scope="module")
def process(serving):
    """The most talkative of daemons; at its end its fixture looks for the real secrets in its
    log.
    """
    return serving("--camera", "pattern:320x240@30", toml=TALKATIVE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/image"),
        ("HEAD", "/image"),
        ("OPTIONS", "/image"),
        ("GET", "/nothing"),
        ("DELETE", "/image"),
        ("GET", "/image?quality=0"),
        ("GET", "/image?camera=7"),
        ("GET", "/?action=snapshot"),
        ("GET", "/?action=nothing"),
        ("POST", "/snapshot"),
        ("GET", "/stream?camera=7"),
        ("GET", "/web/app.js"),
    ],
)
def test_a_token_in_the_query_is_in_no_log_line(process, method, path):
    mark = "&" if "?" in path else "?"
    before = len(process.log())
    for token in (process.token("viewer"), process.token("admin"), WRONG):
        for query in (f"token={token}", f"token={token}&token={token}", f"%74oken={token}"):
            answer = requests.request(method, f"{process.url}{path}{mark}{query}", timeout=10)
            assert token not in answer.text
    assert path.partition("?")[0] in process.log()[before:]
    assert WRONG not in process.log()


def test_nor_is_one_that_comes_in_other_ways(process):
    token = process.token("admin")
    for request, status in {
        f"GET /stream?token={token} HTTP/1.0\r\n\r\n": b"200",  # and hang up in the middle
        f"GET ?token={token} HTTP/1.1\r\nHost: localhost\r\n\r\n": b"400",
    }.items():
        with socket.create_connection(("127.0.0.1", process.http_port), timeout=10) as sock:
            sock.sendall(request.encode())
            assert sock.recv(4096).split()[1] == status
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"Bearer {token} x"},
        {"Authorization": f"Digest {token}"},
        {"Authorization": f"Basic {b64encode(f'admin:{token}'.encode()).decode()}"},
    ):
        for path in ("/image", "/snapshot", "/nothing"):
            for method in ("GET", "POST"):
                requests.request(method, process.url + path, headers=headers, timeout=10)
    body = {"username": "admin", "password": WRONG}
    assert requests.post(f"{process.url}/api/login", json=body, timeout=10).status_code == 401
    assert WRONG not in process.log()


def test_a_path_cannot_forge_a_line(process):
    with socket.create_connection(("127.0.0.1", process.http_port), timeout=10) as sock:
        sock.sendall(b"POST /a%0aERROR%1b[31m\x0bx\x1b[0m HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sock.recv(4096)
    assert "\x1b" not in process.log()
    assert not any(line.startswith("ERROR") for line in process.log().splitlines())


def test_the_log_tells_who_did_what(process):
    requests.post(
        f"{process.url}/snapshot", json={}, headers=process.headers("operator"), timeout=10
    )
    assert "INFO camerad.access: 127.0.0.1 POST /snapshot 200" in process.log()
