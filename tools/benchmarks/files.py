"""Files to and from camerad, against nginx with sendfile and against dd with fsync."""

import os
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import (
    camerad_server,
    free_port,
    fresh_state,
    process,
    serve_command,
    wait_for_picture,
)
from benchmarks.table import Bar, Row

MIB = 1 << 20
_BOUNDARY = "camerad-bench"
_CONFIG = """
[limits]
enabled = false
[camera]
linger = 0
"""
_NGINX = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    sendfile on;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Storage:
    """A running camerad, and where its files really are."""

    pid: int
    port: int
    token: str
    media: Path

    def head(self, method: str, path: str, *lines: str) -> bytes:
        return _head(method, path, f"Authorization: Bearer {self.token}", *lines)

    def memory_bytes(self, name: str) -> int:
        """``VmRSS``, or its peak, ``VmHWM``."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(f"{name}:")[2].split()[0]) * 1024

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


def download(rounds: int, size_bytes: int) -> list[Row]:
    """The seconds to read a file that is in the cache of the disk."""
    ours_s, theirs_s, grown = [], [], []
    with _storage(size_bytes) as storage, _nginx(storage.media) as nginx_port:
        ask_ours = storage.head("GET", "/download/file.bin", "Connection: close")
        ask_theirs = _head("GET", "/file.bin", "Connection: close")
        for _ in range(rounds):
            theirs_s.append(_seconds_to_read(nginx_port, ask_theirs, size_bytes))
            with _growing(storage, grown):
                ours_s.append(_seconds_to_read(storage.port, ask_ours, size_bytes))
    name = f"download of {size_bytes // MIB} MiB"
    return [
        _row(name, "nginx, sendfile", ours_s, theirs_s, size_bytes),
        _memory_row(name, grown),
    ]


def upload(rounds: int, size_bytes: int) -> list[Row]:
    """The seconds until a file is on the disk."""
    ours_s, theirs_s, grown = [], [], []
    with _storage(size_bytes) as storage:
        for number in range(rounds):
            theirs_s.append(_seconds_of_dd(storage.media))
            with _growing(storage, grown):
                ours_s.append(_seconds_to_send(storage, f"{number}.bin"))
            (storage.media / f"{number}.bin").unlink()
    name = f"upload of {size_bytes // MIB} MiB"
    return [
        _row(name, "dd conv=fsync", ours_s, theirs_s, size_bytes),
        _memory_row(name, grown),
    ]


def _row(
    name: str, other: str, ours_s: Sequence[float], theirs_s: Sequence[float], size_bytes: int
) -> Row:
    ours, theirs = (
        f"{size_bytes / 1e9 / statistics.median(times_s):.1f} GB/s"
        for times_s in (ours_s, theirs_s)
    )
    ratios = [their / our for our, their in zip(ours_s, theirs_s, strict=True)]
    return Row(name, ours, f"{other}: {theirs}", "speed, camerad / other", ratios, Bar(0.8, True))


def _memory_row(name: str, grown: Sequence[float]) -> Row:
    grown_by = f"{statistics.median(grown):.1f} MiB more"
    return Row(f"memory for a {name}", grown_by, "", "MiB", grown, Bar(16, at_least=False))


@contextmanager
def _growing(storage: Storage, grown: list[float]) -> Iterator[None]:
    """Notes by how much the memory has grown meanwhile, at its peak."""
    before = storage.memory_bytes("VmRSS")
    storage.forget_peak()
    yield
    grown.append(max(0, storage.memory_bytes("VmHWM") - before) / MIB)


@contextmanager
def _storage(size_bytes: int) -> Iterator[Storage]:
    """camerad with one file, ``file.bin``."""
    with fresh_state("admin") as (state, token):
        (state / "bench.toml").write_text(_CONFIG)
        command = serve_command(state, port := free_port(), "pattern:320x240")
        command += ["--config", str(state / "bench.toml"), "--https-port=0"]
        with process(command, {}) as pid:
            wait_for_picture(camerad_server(pid, port, token))
            storage = Storage(pid, port, token, state / "media")
            _make_file(storage.media / "file.bin", size_bytes)
            yield storage


def _make_file(path: Path, size_bytes: int) -> None:
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for _ in range(size_bytes // MIB):
            file.write(block)
        os.fsync(file.fileno())


@contextmanager
def _nginx(root: Path) -> Iterator[int]:
    """nginx with one worker, as a process of its own beside any that the machine runs."""
    folder, port = root.parent, free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port, root=root, user=user))
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    with process([binary, "-c", str(config), "-e", "stderr"], {}):
        _wait_for_port(port)
        yield port


def _wait_for_port(port: int) -> None:
    deadline_s = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.02)
        else:
            return


def _seconds_to_read(port: int, request: bytes, size_bytes: int) -> float:
    scratch = bytearray(MIB)
    begin_s = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        received = 0
        while count := connection.recv_into(scratch):
            received += count
    if received < size_bytes:
        raise RuntimeError(f"only {received} bytes have come")
    return time.monotonic() - begin_s


def _seconds_to_send(storage: Storage, name: str) -> float:
    """The client costs as little as can be: sendfile, too."""
    before = (
        f"--{_BOUNDARY}\r\nContent-Type: application/octet-stream\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode()
    after = f"\r\n--{_BOUNDARY}--\r\n".encode()
    with (storage.media / "file.bin").open("rb") as file:
        size_bytes = os.fstat(file.fileno()).st_size
        head = storage.head(
            "POST",
            "/upload",
            f"Content-Type: multipart/form-data; boundary={_BOUNDARY}",
            f"Content-Length: {len(before) + size_bytes + len(after)}",
        )
        begin_s = time.monotonic()
        with socket.create_connection(("127.0.0.1", storage.port)) as connection:
            connection.sendall(head + before)
            connection.sendfile(file)
            connection.sendall(after)
            answer = connection.recv(4096)
    if b" 200 " not in answer[:15]:
        raise RuntimeError(answer.decode())
    return time.monotonic() - begin_s


def _seconds_of_dd(media: Path) -> float:
    copy = media / "copy.bin"
    command = ["dd", f"if={media / 'file.bin'}", f"of={copy}", "bs=1M", "conv=fsync", "status=none"]
    begin_s = time.monotonic()
    subprocess.run(command, check=True)
    seconds = time.monotonic() - begin_s
    copy.unlink()
    return seconds


def _head(method: str, path: str, *lines: str) -> bytes:
    first = f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"
    return "\r\n".join([*first, *lines, "", ""]).encode()
