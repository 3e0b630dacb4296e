"""What strangers cannot do, nor pages that use somebody's browser; what protects every answer."""

import contextlib
import http.client
import json
import re
import socket
import ssl
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from daemon_process import DaemonProcess, free_port

SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
NEVER = re.compile(
    r"server|x-powered-by|strict-transport-security|access-control-.*", re.IGNORECASE
)


HANDSHAKE = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


def ask(daemon, data, *, port=None, tls=False):
    """Send raw bytes; gives status, headers and body of the answer."""
    with contextlib.ExitStack() as stack:
        sock = socket.create_connection(("127.0.0.1", port or daemon.http_port), timeout=30)
        stack.enter_context(sock)
        if tls:
            context = ssl._create_unverified_context()
            sock = stack.enter_context(context.wrap_socket(sock))
        sock.sendall(data)
        response = http.client.HTTPResponse(sock, method=data.partition(b" ")[0].decode())
        response.begin()
        return response.status, response.headers, response.read()


def assert_tells_the_time(headers):
    (date,) = headers.get_all("date")
    assert abs(parsedate_to_datetime(date).timestamp() - time.time()) < 60


def head(daemon, path="/api/info", method="GET", role="admin", **headers):
    named = {"Host": "localhost", "Authorization": f"Bearer {daemon.token(role)}"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()


class TestNames:
    @pytest.mark.parametrize("path", ["/api/info", "/", "/web/app.js", "/docs", "/nothing"])
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
    def test_a_page_that_rebinds_its_name_learns_nothing(self, served, path, method):
        status, _, body = ask(served, head(served, path, method, Host="evil.example:8080"))
        assert status == 400
        if method != "HEAD":
            error = json.loads(body)["error"]
            assert error["code"] == "INVALID_REQUEST"
            assert "network.allowed_hosts" in error["details"]

    @pytest.mark.parametrize("path", ["/health", "/api/health"])
    def test_health_is_told_under_any_name(self, served, path):
        assert ask(served, head(served, path, Host="monitor.example"))[0] == 200

    @pytest.mark.parametrize("host", ["127.0.0.1:2222", "localhost:2222", "192.168.7.7", "[::1]:1"])
    def test_a_port_forward_needs_no_setting(self, served, host):
        assert ask(served, head(served, Host=host))[0] == 200

    def test_names_can_be_allowed_while_it_runs(self, serving):
        daemon = serving()
        asked = head(daemon, Host="cam.example.com")
        assert ask(daemon, asked)[0] == 400
        body = b'{"allowed_hosts": ["cam.example.com"]}'
        change = head(
            daemon,
            "/api/config/network",
            "PATCH",
            Content_Type="application/json",
            Content_Length=len(body),
        )
        assert ask(daemon, change + body)[0] == 200
        assert ask(daemon, asked)[0] == 200

    def test_a_request_names_its_host_once(self, served):
        assert ask(served, b"GET /health HTTP/1.1\r\n\r\n")[0] == 400
        assert ask(served, b"GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n")[0] == 400
        assert ask(served, b"GET /health HTTP/1.0\r\n\r\n")[0] == 200


class TestPages:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/snapshot"),
            ("POST", "/api/login"),
            ("POST", "/upload"),
            ("DELETE", "/files/x"),
            ("PUT", "/api/config/camera"),
        ],
    )
    def test_of_other_sites_change_nothing(self, served, method, path):
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            status, _, body = ask(served, head(served, path, method, **headers))
            assert status == 403
            assert json.loads(body)["error"]["code"] == "PERMISSION_DENIED"

    @pytest.mark.parametrize("path", ["/ws", "/ws/live"])
    @pytest.mark.parametrize(("origin", "status"), [("evil.example", 403), ("localhost", 101)])
    def test_of_other_sites_open_no_websockets(self, served, path, origin, status):
        handshake = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Origin": f"http://{origin}",
        }
        assert ask(served, head(served, path, **handshake))[0] == status

    def test_of_other_sites_are_never_told_that_they_may(self, served):
        preflight = {
            "Origin": "http://evil.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        }
        for method in ("OPTIONS", "GET"):
            _, headers, _ = ask(served, head(served, method=method, **preflight))
            assert [name for name in headers if NEVER.fullmatch(name)] == []


class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
            (b"GET /docs HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
            (b"OPTIONS /health HTTP/1.1\r\nHost: localhost\r\n\r\n", 204),
            (b"GET /image HTTP/1.1\r\nHost: localhost\r\n\r\n", 401),
            (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
            (b"TRACE /image HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
            (b"GARBAGE\r\n\r\n", 400),
            (b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 17_000 + b"\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 200 + b"\r\n", 431),
            (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
            (b"GET /" + b"a" * 19_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        ],
        ids=lambda value: value if isinstance(value, int) else "",
    )
    def test_has_the_headers_that_protect_and_the_time(self, served, data, status):
        found, headers, _ = ask(served, data)
        assert found == status
        assert_tells_the_time(headers)
        assert {name: headers[name] for name in SECURITY} == SECURITY
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert [name for name in headers if NEVER.fullmatch(name)] == []

    @pytest.mark.parametrize(
        ("path", "more", "status"),
        [
            ("/stream", {}, 200),
            ("/files/page.html", {}, 200),
            ("/ws", {"Connection": "Upgrade", "Upgrade": "websocket", **HANDSHAKE}, 101),
        ],
    )
    def test_tells_the_time_past_sanic_too(self, served, path, more, status):
        (served.state / "media" / "page.html").touch()
        with socket.create_connection(("127.0.0.1", served.http_port), timeout=30) as sock:
            sock.sendall(head(served, path, **more))
            answer = sock.makefile("rb")
            assert answer.readline().split()[1] == str(status).encode()
            assert_tells_the_time(http.client.parse_headers(answer))

    def test_under_tls_too_and_never_hsts(self, daemon):
        port = free_port()
        process = daemon("--https-port", str(port))
        status, headers, _ = ask(process, head(process), port=port, tls=True)
        assert status == 200
        assert {name: headers[name] for name in SECURITY} == SECURITY
        assert [name for name in headers if NEVER.fullmatch(name)] == []

    def test_a_file_could_run_nothing_if_it_were_shown(self, served):
        (served.state / "media" / "page.html").write_text("<script>alert(1)</script>")
        _, headers, _ = ask(served, head(served, "/files/page.html"))
        assert headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert headers["x-content-type-options"] == "nosniff"


def test_a_body_that_trickles_is_given_ten_seconds(served):
    lines = {"Content-Type": "application/json", "Content-Length": 1000}
    started_s = time.monotonic()
    with socket.create_connection(("127.0.0.1", served.http_port), timeout=5) as sock:
        sock.sendall(head(served, "/snapshot", "POST", **lines))
        sock.settimeout(0.2)
        answer = b""
        while not answer:
            assert time.monotonic() - started_s < 20
            sock.sendall(b" ")
            with contextlib.suppress(TimeoutError):
                answer = sock.recv(4096)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert 9 < time.monotonic() - started_s < 12


class TestCrowds:
    @pytest.fixture
    def crowded(self, daemon, tmp_path):
        """A daemon on both ports for at most 16 connections, so 12 of one address."""
        config = tmp_path / "camerad.toml"
        config.write_text("[network]\nmax_connections = 16\n[limits]\nenabled = false\n")
        process = daemon("--config", str(config))
        process.stop()
        return process.start("--config", str(config), "--https-port", str(process.https_port))

    @pytest.fixture
    def streams(self, crowded):
        """Streams of one address, as many as it may have."""
        with contextlib.ExitStack() as stack:
            for _ in range(12):
                sock = socket.create_connection(("127.0.0.1", crowded.http_port), timeout=10)
                stack.enter_context(sock).sendall(head(crowded, "/stream"))
                assert sock.recv(15) == b"HTTP/1.1 200 OK"
            yield

    def health(self, daemon, address):
        connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.http_port, timeout=10, source_address=(address, 0)
        )
        with contextlib.closing(connection):
            connection.request("GET", "/health")
            answer = connection.getresponse()
            answer.read()
            return answer

    @pytest.mark.usefixtures("streams")
    def test_one_address_does_not_get_all(self, crowded):
        refused = self.health(crowded, "127.0.0.1")
        assert refused.status == 503
        assert {name: refused.headers[name] for name in SECURITY} == SECURITY
        assert_tells_the_time(refused.headers)
        assert self.health(crowded, "127.0.0.2").status == 200

    def test_unfinished_handshakes_count_and_make_room(self, crowded):
        certificate = crowded.state / "certificate.pem"
        # Plain HTTP does not wait for the certificate that the first start makes.
        deadline_s = time.monotonic() + 30
        while not certificate.exists():
            assert time.monotonic() < deadline_s
        with contextlib.ExitStack() as stack:
            for _ in range(200):
                sock = socket.create_connection(("127.0.0.1", crowded.https_port), timeout=10)
                stack.enter_context(sock)
            url = f"https://127.0.0.1:{crowded.https_port}/health"
            assert requests.get(url, verify=str(certificate), timeout=10).status_code == 200
            assert self.health(crowded, "127.0.0.1").status == 200
            assert open_sockets(crowded) <= LISTENING + 16
        deadline_s = time.monotonic() + 10
        while open_sockets(crowded) > LISTENING:
            assert time.monotonic() < deadline_s


LISTENING = 2


def open_sockets(daemon: DaemonProcess) -> int:
    import psutil  # noqa: PLC0415

    return len(psutil.Process(daemon.pid).net_connections("tcp"))
