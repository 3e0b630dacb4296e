"""The servers that are compared, each as a process of its own in front of the same camera."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pictures import HEIGHT, QUALITY, WIDTH
from standin import Camera, environment

CAMERAD = str(Path(sys.executable).with_name("camerad"))
FPS = 30
_START_TIMEOUT_S = 20.0
# 50 clients open at once from one address, and pictures are asked for until the first one comes.
_CONFIG = """
[limits]
enabled = false
[stream]
max_clients = 200
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: what to send to it for a stream, and which header of a part tells when
    its frame was captured, in seconds.
    """

    pid: int
    port: int
    headers: str
    stream_path: str
    snapshot_path: str
    capture_time_header: str

    def request(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{self.headers}\r\n".encode()


def machine_camera(fourcc: str, pictures: Path, quantization: str = "full") -> Camera:
    """A camera of 1080p at 30 frames a second whose frames cost neither side a copy."""
    options = {"fill": "once", "quantization": quantization}
    return Camera(70, (fourcc,), (f"{WIDTH}x{HEIGHT}",), (str(FPS),), pictures, options)


@contextmanager
def microstreamer(camera: Camera) -> Iterator[Server]:
    """µStreamer with one encoder, or passing the camera's own JPEGs through."""
    port = free_port()
    options = [f"--device={camera.path}", f"--resolution={WIDTH}x{HEIGHT}", f"--port={port}"]
    if camera.fourccs == ("MJPG",):
        options += ["--format=MJPEG", "--encoder=HW"]
    else:
        options += ["--format=YUYV", "--encoder=CPU", "--workers=1", f"--quality={QUALITY}"]
    with process(["ustreamer", *options], environment(camera)) as pid:
        yield Server(
            pid,
            port,
            headers="",
            stream_path="/stream?extra_headers=1",
            snapshot_path="/snapshot",
            capture_time_header="X-UStreamer-Grab-Time",
        )


@contextmanager
def camerad(camera: Camera) -> Iterator[Server]:
    """camerad in front of a stand-in, pinned to what that offers."""
    spec = f"{camera.path}:{camera.fourccs[0]}:{camera.sizes[0]}@{camera.rates[0]}"
    with fresh_state() as (state, token):
        command = serve_command(state, port := free_port(), spec)
        command += ["--config", str(state / "bench.toml"), "--https-port=0"]
        (state / "bench.toml").write_text(_CONFIG)
        with process(command, environment(camera)) as pid:
            yield camerad_server(pid, port, token)


def camerad_server(pid: int, port: int, token: str) -> Server:
    return Server(
        pid,
        port,
        headers=f"Authorization: Bearer {token}\r\n",
        stream_path="/stream",
        snapshot_path="/camera.jpeg",
        capture_time_header="X-Timestamp",
    )


def serve_command(state: Path, port: int, spec: str) -> list[str]:
    options = {"--state": state, "--bind": "127.0.0.1", "--http-port": port, "--camera": spec}
    return [CAMERAD, "serve", *(str(part) for pair in options.items() for part in pair)]


@contextmanager
def fresh_state(role: str = "viewer") -> Iterator[tuple[Path, str]]:
    """A state directory in which nothing has been but the making of one token."""
    with tempfile.TemporaryDirectory(prefix="camerad-bench-") as name:
        state = Path(name) / "state"
        command = [CAMERAD, "token", "add", "bench", "--role", role, f"--state={state}"]
        made = subprocess.run(command, check=True, capture_output=True, text=True, env=_clean())
        yield state, made.stdout.strip()


@contextmanager
def process(command: Sequence[str], added: Mapping[str, str]) -> Iterator[int]:
    """Run a server while the context lasts; if that fails, what it printed is shown."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, env={**_clean(), **added}, stdout=log, stderr=log)
        try:
            yield server.pid
        except Exception:
            log.seek(0)
            sys.stderr.buffer.write(log.read())
            raise
        finally:
            server.terminate()
            server.wait(10)


def wait_for_picture(server: Server, poll_s: float = 0.02) -> None:
    """Ask for a snapshot until there is one."""
    wait_for_answer(server, server.snapshot_path, poll_s)


def wait_for_answer(server: Server, path: str, poll_s: float = 0.02) -> None:
    """Ask until there is what is asked for."""
    deadline_s = time.monotonic() + _START_TIMEOUT_S
    while not _answers(server, path):
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"no {path} from port {server.port}")
        time.sleep(poll_s)


def _answers(server: Server, path: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(server.request(path))
            return connection.recv(64).split()[1:2] == [b"200"]
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _clean() -> dict[str, str]:
    """The environment without what leads Python to these modules: it would slow its imports."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
