"""The second port: the same over TLS."""

import os
import socket
import ssl
import time

import pytest
import requests

from camerad.http.answers import SECURITY_HEADERS
from daemon_process import free_port


@pytest.fixture(scope="module")
def secure(serving):
    port = free_port()
    process = serving("--https-port", str(port), "--camera", "pattern:320x240")
    process.https_port = port
    listening(process)
    return process


def listening(process):
    """Wait for the second port: the first one serves while the certificate is being made."""
    deadline_s = time.monotonic() + 10
    while "and https://" not in process.log():
        assert time.monotonic() < deadline_s, process.log()
        time.sleep(0.02)


@pytest.fixture
def url(secure):
    return f"https://127.0.0.1:{secure.https_port}"


@pytest.fixture
def session(secure):
    with requests.Session() as session:
        session.trust_env = False  # REQUESTS_CA_BUNDLE would win
        session.verify = str(secure.state / "certificate.pem")
        session.headers.update(secure.headers("operator"))
        yield session


def test_both_ports_serve_the_same(secure, url, session):
    for base in (url, secure.url):
        for path in ("/health", "/api/info", "/image"):
            assert session.get(base + path, timeout=10).status_code == 200


def test_the_key_is_its_owners_alone(secure):
    assert (secure.state / "key.pem").stat().st_mode & 0o777 == 0o600


def test_a_snapshot(url, session):
    answer = session.post(f"{url}/snapshot", json={"filename": "tls.jpg"}, timeout=10)
    assert answer.status_code == 200


def test_a_stream(url, session):
    with session.get(f"{url}/stream", stream=True, timeout=10) as answer:
        data = b""
        for chunk in answer.iter_content(4096):
            data += chunk
            if data.count(b"X-Sequence") > 3:
                break
    assert data.startswith(b"--camerad-frame\r\nContent-Type: image/jpeg\r\n")


def test_a_file_there_and_back(secure, url, session):
    session.headers.update(secure.headers("admin"))
    content = os.urandom(20_000_000)
    assert session.post(f"{url}/upload", files={"file": ("f.bin", content)}, timeout=20).ok
    assert session.get(f"{url}/files/f.bin", timeout=20).content == content
    answer = session.get(f"{url}/files/f.bin", headers={"Range": "bytes=-7000000"}, timeout=20)
    assert (answer.status_code, answer.content) == (206, content[-7_000_000:])
    assert answer.headers["connection"] == "keep-alive"


def test_a_cut_upload_leaves_nothing(secure, url, session):
    def half():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="half"\r\n\r\n'
        yield bytes(3_000_000)
        raise ZeroDivisionError

    before = os.listdir(secure.state / "media")
    session.headers.update(secure.headers("admin"))
    session.headers["Content-Type"] = "multipart/form-data; boundary=b"
    with pytest.raises(ZeroDivisionError):
        session.post(f"{url}/upload", data=half(), timeout=20)
    session.close()
    deadline_s = time.monotonic() + 10
    while os.listdir(secure.state / "media") != before:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def test_plain_http_on_the_secure_port_is_closed(secure):
    with socket.create_connection(("127.0.0.1", secure.https_port), timeout=10) as sock:
        sock.sendall(b"GET /health HTTP/1.1\r\n\r\n")
        assert sock.recv(65536) == b""


@pytest.mark.parametrize(
    ("version", "welcome"),
    [
        (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True),
        (ssl.TLSVersion.TLSv1_3, True),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_versions(secure, version, welcome):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", secure.https_port), timeout=10) as sock:
        try:
            context.wrap_socket(sock).close()
        except (ssl.SSLError, ConnectionError):
            assert not welcome
        else:
            assert welcome


def test_the_certificate_is_kept(daemon):
    process = daemon("--https-port", str(free_port()))
    listening(process)
    first = (process.state / "certificate.pem").read_bytes()
    process.stop()
    process.start("--https-port", str(free_port()))
    assert (process.state / "certificate.pem").read_bytes() == first


def test_a_stream_has_what_every_answer_has(url, session):
    with session.get(f"{url}/stream", stream=True, timeout=10) as answer:
        assert SECURITY_HEADERS.items() <= answer.headers.items()
