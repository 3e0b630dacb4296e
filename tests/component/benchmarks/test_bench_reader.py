"""The bench's clients: a reader that miscounts would make every figure wrong."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "tools"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n--frame\r\n"
PICTURE = bytes(range(256)) * 100


def part(number: int) -> bytes:
    headers = f"Content-Length: {len(PICTURE)}\r\nX-Timestamp: {number / 25}\r\n\r\n".encode()
    return b"Content-Type: image/jpeg\r\n" + headers + PICTURE + b"\r\n--frame\r\n"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def serve(server: socket.socket, skipped: set[int], finished: threading.Event) -> None:
    """Send frames at 25 Hz to a client, in pieces that respect no border, without the skipped."""
    connection, _ = server.accept()
    with connection, suppress(ConnectionError):  # the reader leaves when it has read enough
        connection.sendall(HEAD)
        number = 0
        while not finished.wait(1 / 25):
            sent = part(number) if number not in skipped else b""
            for start in range(0, len(sent), 9973):
                connection.sendall(sent[start : start + 9973])
            number += 1


def test_reader_counts_frames_bytes_and_losses(server: socket.socket) -> None:
    finished = threading.Event()
    gaps: list[set[int]] = [set(), {40, 41}]
    threads = [threading.Thread(target=serve, args=(server, gap, finished)) for gap in gaps]
    for thread in threads:
        thread.start()
    address = f"127.0.0.1:{server.getsockname()[1]}"
    command = [sys.executable, "-m", "benchmarks.reader", address, "2", "1.5", "X-Timestamp"]
    try:
        result = subprocess.run(
            command, cwd=TOOLS, input=b"GET", capture_output=True, check=True, timeout=30
        )
    finally:
        finished.set()
        for thread in threads:
            thread.join()
    started, line = result.stdout.splitlines()
    found = json.loads(line)
    assert started == b"start"
    assert found["missed"] == 2
    assert found["distinct"] == round(found["seconds_shown"] * 25) + 1
    assert found["gigabytes"] * 1e9 == pytest.approx(found["frames"] * len(part(0)), rel=0.05)
