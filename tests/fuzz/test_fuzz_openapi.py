"""schemathesis against a real daemon, as everybody: whatever it sends, the document stays true.

It makes requests from the document, good ones and bad ones, alone and in sequences, and applies all
its checks: no fault of the server, no undeclared status, media type, header or field, nothing valid
refused, nothing invalid accepted, no credentials ignored, every wrong method told the right ones.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from daemon_process import ROLES, DaemonProcess

SECONDS = os.environ.get("CAMERAD_FUZZ_SECONDS")
"""For each role; then every run is another."""
EXTENT = (
    (f"--max-time={SECONDS}",)
    if SECONDS
    else ("--seed=1", "--max-examples=4", "--phases=coverage,fuzzing,stateful")
)
"""Unless told otherwise, the same requests whatever the machine: a time would cut them short."""

SETTINGS = """
[limits]
enabled = false
[stream]
max_clients = 1
"""

# They would turn the limits on, and let streams be opened that never end. And who revokes the
# tokens of all others, or takes their users away, learns nothing more.
SELF_INFLICTED = "^((put|patch)_api_config_(limits|stream)|delete_api_tokens_name)$"

ST = Path(sys.executable).with_name("st")
HERE = Path(__file__).parent


@pytest.fixture
def camerad(daemon: Callable[..., DaemonProcess], tmp_path: Path) -> Iterator[DaemonProcess]:
    """A daemon with some files, whose one stream is taken: it would never end."""
    config = tmp_path / "camerad.toml"
    config.write_text(SETTINGS)
    process = daemon("--config", str(config), "--camera", "pattern:320x240")
    media = process.state / "media"
    (media / "films").mkdir()
    (media / "a.txt").write_text("a")
    (media / "films" / "b.avi").write_bytes(bytes(5000))
    with socket.create_connection(("127.0.0.1", process.http_port)) as stream:
        stream.sendall(f"GET /stream?token={process.token('viewer')} HTTP/1.0\r\n\r\n".encode())
        assert stream.recv(15) == b"HTTP/1.1 200 OK"
        reading = threading.Thread(target=swallow, args=[stream], daemon=True)
        reading.start()
        yield process
        stream.shutdown(socket.SHUT_RDWR)
        reading.join()


def swallow(stream: socket.socket) -> None:
    with contextlib.suppress(ConnectionError):  # a daemon that stops does not wait
        while stream.recv(1 << 20):
            pass


@pytest.mark.timeout(int(SECONDS or 180) + 120)
@pytest.mark.parametrize("role", ["nobody", *ROLES])
def test_the_document_is_true(camerad: DaemonProcess, tmp_path: Path, role: str) -> None:
    document = tmp_path / "openapi.json"
    viewer = camerad.headers("viewer")
    document.write_bytes(httpx.get(f"{camerad.url}/openapi.json", headers=viewer).content)
    credentials = (
        []
        if role == "nobody"
        else [f"--header=Authorization:{camerad.headers(role)['Authorization']}"]
    )
    done = subprocess.run(
        [
            *(ST, f"--config-file={HERE / 'schemathesis.toml'}", "run", document),
            *(f"--url={camerad.url}", *EXTENT),
            *(f"--exclude-operation-id-regex={SELF_INFLICTED}", *credentials),
        ],
        check=False,
        cwd=tmp_path,  # where it keeps its memory of failures
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    (selected,) = re.findall(r"^  Selected: (\d+)/\d+$", done.stdout, re.MULTILINE)
    assert SECONDS or f"\n  Tested: {selected}\n" in done.stdout, done.stdout
    assert httpx.get(f"{camerad.url}/health").status_code == 200
