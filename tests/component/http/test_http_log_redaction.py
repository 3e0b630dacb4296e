"""Tokens in every place of a request where somebody could put one, and the log without them."""

import contextlib
import itertools
import socket
from urllib.parse import quote, unquote

import pytest

TARGETS = [
    "/image?token={}",
    "/image?token={}&quality=5",
    "/image?quality=5&token={}",
    "/image?TOKEN={}",
    "/image?access_token={}",
    "/image?token={}&token={}",
    "/image?token[]={}",
    "/image?token%3D{}",
    "/image?token%253D{}",
    "/image?%74oken={}",
    "/image?x=1;token={}",
    "/image?{}",
    "/image?{}=1",
    "/image?next=/image?token={}",
    "/image?next=%2Fimage%3Ftoken%3D{}",
    "/image#token={}",
    "/image%3Ftoken={}",
    "/image%3Ftoken%3D{}",
    "/image%253Ftoken%253D{}",
    "/image;token={}",
    "/image&token={}",
    "/image/token={}",
    "/image/token:{}",
    "/image/Bearer%20{}",
    "/image/Bearer+{}",
    "/token/{}",
    "/{}",
    "/{}/image",
    "/files/{}",
    "/files/{}/a.txt?recursive=true",
    "/api/tokens/{}",
    "/api/config/{}",
    "/web/{}",
    "//{}@127.0.0.1/image",
    "http://admin:{}@127.0.0.1/image",
    "http://{}/image",
    "http://127.0.0.1/image?token={}",
    "image?token={}",
    "?token={}",
    "{}",
    ":{}",
    "/image?token={}" + "&" * 9000,
]
HEADERS = [
    "Authorization: Bearer {}",
    "Authorization: {}",
    "Authorization: Digest {}",
    "Cookie: token={}",
    "Referer: http://127.0.0.1/image?token={}",
    "Origin: http://{}",
    "X-Token: {}",
    "{}: x",
    "Expect: {}",
    "Content-Type: {}",
    "Upgrade: {}",
    "Range: {}",
    "If-None-Match: {}",
    "Transfer-Encoding: {}",
    "no colon {}",
]
METHODS = ["GET", "POST", "DELETE", "OPTIONS", "MADEUP", "{}"]


def encodings(token):
    """The token as it is, and with one or all of its characters percent-encoded."""
    every = "".join(f"%{ord(char):02x}" for char in token)
    return [token, quote(token[0]) + f"%{ord(token[1]):02X}" + token[2:], every]


def requests_with(token):
    for method, target, shown in itertools.product(METHODS, TARGETS, encodings(token)):
        line = f"{method} {target} HTTP/1.1".replace("{}", shown)
        yield f"{line}\r\nHost: localhost\r\n\r\n"
    for method, header in itertools.product(METHODS[:3], HEADERS):
        line = header.replace("{}", token)
        yield f"{method} /image HTTP/1.1\r\nHost: localhost\r\n{line}\r\nContent-Length: 0\r\n\r\n"
    yield f"GET /image HTTP/1.1\r\nHost: {token}\r\n\r\n"
    yield f"GET /image HTTP/{token}\r\n\r\n"
    yield f"{token}\r\n\r\n"
    body = f'{{"token": "{token}", "filename": "{token}", "quality": "{token}"}}'
    lines = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    for path in ("/snapshot", "/api/login"):
        yield f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n{lines}"


@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_token_is_in_the_log_wherever_it_stands(daemon, tmp_path, level):
    config = tmp_path / "camerad.toml"
    config.write_text(f"[logging]\nlevel = '{level}'\n[limits]\nenabled = false\n")
    process = daemon("--config", str(config), "--camera", "pattern:320x240@30")
    token = process.token("admin")
    answers = 0
    for data in requests_with(token):
        with (
            contextlib.suppress(ConnectionError),
            socket.create_connection(("127.0.0.1", process.http_port), timeout=10) as sock,
        ):
            sock.sendall(data.encode())
            answers += sock.recv(4096).startswith(b"HTTP/1.1 ")
    assert answers > 700
    lines = process.log().splitlines()
    decoded = [unquote(unquote(line)) for line in lines]
    assert [line for line in decoded if token in line] == []
    assert len(lines) > 400
