"""The same application under another server: uvicorn."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
import requests

from daemon_process import SLOWNESS, free_port

UVICORN = [sys.executable, "-m", "uvicorn", "camerad.asgi:app", "--host", "127.0.0.1"]


class Served:
    """A uvicorn with camerad in it."""

    def __init__(self, folder, tokens):
        self.tokens = tokens
        self.url = ""
        self.state = folder / "state"
        self._log = folder / "uvicorn.log"
        config = folder / "camerad.toml"
        config.write_text("[camera]\nlinger = 0.2\n[limits]\nenabled = false\n")
        self._env = {
            **os.environ,
            "CAMERAD_STATE": str(self.state),
            "CAMERAD_CONFIG": str(config),
            "CAMERAD_CAMERA": "pattern:320x240@30",
        }

    def start(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*UVICORN, "--port", str(self.port)], env=self._env, stdout=log, stderr=log
            )
        deadline_s = time.monotonic() + 15 * SLOWNESS
        while "Uvicorn running" not in self.log():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline_s, self.log()
            time.sleep(0.02)

    def log(self):
        return self._log.read_text()

    def get(self, path, **options):
        headers = {"Authorization": f"Bearer {self.tokens['operator']}"}
        return requests.get(self.url + path, headers=headers, timeout=10, **options)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory, prepared_state):
    folder = tmp_path_factory.mktemp("asgi")
    shutil.copytree(prepared_state[0], folder / "state")
    served = Served(folder, prepared_state[1])
    served.start()
    yield served
    code = served.stop()
    log = served.log()
    assert code in (0, -signal.SIGTERM), log
    assert "Traceback" not in log, log
    assert not any(token in log for token in served.tokens.values()), log


def streaming(served):
    return served.get("/api/camera/status").json()["streaming"]


def until(condition):
    deadline_s = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/image", "image/jpeg"),
        ("/image?quality=50", "image/jpeg"),
        ("/api/info", "application/json"),
        ("/api/camera/status", "application/json"),
        ("/health", "application/json"),
        ("/", "text/html; charset=utf-8"),
    ],
)
def test_everything_is_served(served, path, media_type):
    answer = served.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content


def test_errors_are_in_the_envelope(served):
    for path, status in {"/nothing": 404, "/image?quality=0": 400, "/image?camera=7": 404}.items():
        answer = served.get(path)
        assert answer.status_code == status
        assert answer.json()["error"]["code"]


def test_a_token_in_the_query_is_in_no_log(served):
    for path in ("/image", "/nothing", "/stream?camera=7&x=1"):
        mark = "&" if "?" in path else "?"
        requests.get(f"{served.url}{path}{mark}token={served.tokens['viewer']}", timeout=10)


def test_a_snapshot(served):
    headers = {"Authorization": f"Bearer {served.tokens['operator']}"}
    answer = requests.post(
        f"{served.url}/snapshot", json={"filename": "asgi.jpg"}, headers=headers, timeout=10
    )
    assert answer.status_code == 200
    assert (served.state / "media" / "snapshots" / "asgi.jpg").exists()


def test_a_body_over_the_limit(served):
    headers = {"Authorization": f"Bearer {served.tokens['operator']}"}
    answer = requests.post(
        f"{served.url}/snapshot", data=b"x" * (2 << 20), headers=headers, timeout=10
    )
    assert answer.status_code == 413


def test_a_file_there_and_back(served):
    content = os.urandom(3_000_000)
    headers = {"Authorization": f"Bearer {served.tokens['admin']}"}
    for files in ({"file": ("f.bin", content)}, {}):
        answer = requests.post(f"{served.url}/upload", files=files, headers=headers, timeout=10)
        assert answer.status_code == (200 if files else 415)
    headers["Range"] = "bytes=1000000-"
    for path in ("/files/f.bin", "/download//media/data/f.bin"):
        assert served.get(path).content == content
        answer = requests.get(served.url + path, headers=headers, timeout=10)
        assert (answer.status_code, answer.content) == (206, content[1_000_000:])
    assert requests.head(f"{served.url}/files/f.bin", headers=headers, timeout=10).ok


def test_half_an_upload_leaves_nothing(served):
    before = os.listdir(served.state / "media")
    head = (
        "POST /upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n"
        f"Authorization: Bearer {served.tokens['admin']}\r\n\r\n"
    )
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="half"\r\n\r\n'
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as sock:
        sock.sendall((head + part).encode() + b"x" * 1_500_000)
        until(lambda: os.listdir(served.state / "media") != before)
    until(lambda: os.listdir(served.state / "media") == before)


def test_a_stream_ends_with_its_client(served):
    with served.get("/stream", stream=True) as answer:
        assert answer.headers["content-type"].startswith("multipart/x-mixed-replace")
        data = b""
        for chunk in answer.iter_content(4096):
            data += chunk
            if data.count(b"X-Sequence") > 3:
                break
        assert streaming(served)
    until(lambda: not streaming(served))


def test_a_stream_whose_client_does_not_read_ends_with_it_too(served):
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", served.port))
        sock.sendall(f"GET /stream?token={served.tokens['viewer']} HTTP/1.0\r\n\r\n".encode())
        until(lambda: streaming(served))
        time.sleep(1)
    until(lambda: not streaming(served))
