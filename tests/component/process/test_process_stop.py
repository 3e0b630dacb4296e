"""The end: within two seconds, whatever is going on."""

import os
import signal
import socket
import struct
import threading
import time

import pytest
import requests

from daemon_process import free_port
from standin import Camera, environment

LIMIT_S = 2.0


@pytest.fixture
def stopped():
    """`stopped(process)` ends it by a signal; gives its exit code."""

    def stopped(process, signum=signal.SIGTERM):
        started_s = time.monotonic()
        os.kill(process.pid, signum)
        exit_code = process._process.wait(10)
        assert time.monotonic() - started_s < LIMIT_S
        return exit_code

    return stopped


def unlimited(tmp_path, more=""):
    config = tmp_path / "camerad.toml"
    config.write_text(f"[limits]\nenabled = false\n{more}")
    return "--config", str(config)


def open_stream(process, query=""):
    sock = socket.create_connection(("127.0.0.1", process.http_port), timeout=10)
    head = f"GET /stream?token={process.token('viewer')}{query} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sock.sendall(head.encode())
    data = b""
    while b"X-Sequence" not in data:
        chunk = sock.recv(65536)
        assert chunk, data
        data += chunk
    return sock


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_when_idle(daemon, stopped, signum):
    assert stopped(daemon(), signum) == 0


@pytest.mark.parametrize("query", ["", "&quality=50"])
def test_with_twenty_streams_open(daemon, stopped, tmp_path, query):
    process = daemon(*unlimited(tmp_path), "--camera", "pattern:640x480@30")
    streams = [open_stream(process, query) for _ in range(20)]
    assert stopped(process) == 0
    for sock in streams:
        with sock:
            while sock.recv(1 << 20):
                pass


def test_with_clients_that_do_not_read(daemon, stopped, tmp_path):
    process = daemon(*unlimited(tmp_path), "--camera", "pattern:1920x1080@30")
    streams = [open_stream(process) for _ in range(5)]
    time.sleep(0.5)  # the kernel's buffers fill
    assert stopped(process) == 0
    for sock in streams:
        sock.close()


def test_with_streams_over_tls(daemon, stopped, tmp_path):
    port = free_port()
    process = daemon(*unlimited(tmp_path), "--https-port", str(port))
    while "and https://" not in process.log():
        time.sleep(0.02)
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(process.state / "certificate.pem")
        with session.get(
            f"https://127.0.0.1:{port}/stream",
            headers=process.headers("viewer"),
            stream=True,
            timeout=10,
        ) as answer:
            next(answer.iter_content(1024))
            assert stopped(process) == 0


def test_under_load(daemon, stopped, tmp_path):
    """With requests at every stage of their lives."""
    process = daemon(*unlimited(tmp_path), "--camera", "pattern:640x480@30")
    paths = ["/image?quality=30", "/image?quality=31", "/api/info", "/health", "/snapshot"]
    over = threading.Event()

    def ask(path):
        with requests.Session() as session:
            session.headers.update(process.headers("operator"))
            while not over.is_set():
                method = "POST" if path == "/snapshot" else "GET"
                try:
                    session.request(method, process.url + path, timeout=10)
                except requests.ConnectionError:
                    return

    threads = [threading.Thread(target=ask, args=(path,)) for path in paths * 2]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    try:
        assert stopped(process) == 0
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("options", [{"stall_after": 5}, {"unplug_after": 5}])
def test_with_a_camera_that_has_failed(daemon, stopped, options):
    camera = Camera(options=options)
    process = daemon("--camera", camera.path, env=environment(camera))
    with open_stream(process):
        time.sleep(0.3)
        assert stopped(process) == 0


def test_half_a_request_holds_nothing_up(daemon, stopped):
    process = daemon()
    with socket.create_connection(("127.0.0.1", process.http_port)) as sock:
        sock.sendall(b"POST /snapshot HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n")
        assert stopped(process) == 0


def test_a_reset_in_the_middle_of_a_stream_is_no_news(daemon):
    process = daemon("--camera", "pattern:640x480@30")
    for _ in range(5):
        sock = open_stream(process)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    time.sleep(0.3)
    assert "ERROR" not in process.log()
    assert "WARNING" not in process.log()
