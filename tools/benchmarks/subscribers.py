"""What subscribers of /ws cost, and how soon they hear of a change."""

import contextlib
import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.cpu import cpu_s
from benchmarks.servers import (
    Server,
    camerad_server,
    free_port,
    fresh_state,
    process,
    serve_command,
    wait_for_picture,
)
from benchmarks.table import Bar, Row

SUBSCRIBERS = 200
_CONFIG = "[limits]\nenabled = false\n"
_UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
_PING = b"\x89\x00"
_PONG = b"\x8a\x80\x00\x00\x00\x00"
_CHANGED = b'"parameter":"camera.framerate"'
_PATIENCE_S = 10.0
_SETTLE_S = 10.0
_RATES = (10, 15, 20, 25)


def change(rounds: int) -> Row:
    """From a client's request to change the frame rate until the last of all has heard of it."""
    with (
        _server() as server,
        _connected(server) as changer,
        _subscribed(server, SUBSCRIBERS) as subscribers,
    ):
        times_s = [_seconds_until_all_know(changer, subscribers, n) for n in range(5 * rounds)]
    return Row(
        f"a change reaches {SUBSCRIBERS} subscribers of /ws",
        f"{len(times_s)} changes, each written to the disk",
        "",
        "ms",
        [1e3 * each_s for each_s in times_s],
        Bar(100, at_least=False),
    )


def idle(seconds: float) -> Row:
    """Processor time while nothing happens that subscribers want to hear of."""
    with _server() as server, _subscribed(server, SUBSCRIBERS) as subscribers:
        # Until the camera has stopped, after somebody has looked.
        _answer_pings(subscribers, _SETTLE_S)
        before_s = cpu_s(server.pid)
        _answer_pings(subscribers, seconds)
        used_s = cpu_s(server.pid) - before_s
    return Row(
        f"{SUBSCRIBERS} idle subscribers of /ws, for {seconds:.0f} s",
        f"{1e3 * used_s:.1f} ms of processor time",
        "one processor",
        "% used",
        [100 * used_s / seconds],
        Bar(0.1, at_least=False),
    )


@contextmanager
def _server() -> Iterator[Server]:
    with fresh_state("operator") as (state, token):
        config = Path(state) / "bench.toml"
        config.write_text(_CONFIG)
        command = serve_command(state, port := free_port(), "pattern")
        with process([*command, f"--config={config}", "--https-port=0"], {}) as pid:
            server = camerad_server(pid, port, token)
            wait_for_picture(server)
            yield server


@contextmanager
def _subscribed(server: Server, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(_connected(server)) for _ in range(count)]
        for each in sockets:
            each.sendall(_message({"type": "subscribe", "event": "state_changes", "id": 1}))
            each.recv(4096)
        yield sockets


@contextmanager
def _connected(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        request = server.request("/ws")
        connection.sendall(request[:-2] + _UPGRADE.encode() + b"\r\n")
        head = connection.recv(4096)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ConnectionError(head.decode())
        yield connection


def _seconds_until_all_know(
    changer: socket.socket, subscribers: list[socket.socket], number: int
) -> float:
    waiting = {each.fileno(): each for each in subscribers}
    rate = _RATES[number % len(_RATES)]
    wish = {"type": "set_parameter", "parameter": "camera.framerate", "value": rate}
    with select.epoll() as poll:
        for descriptor in waiting:
            poll.register(descriptor, select.EPOLLIN)
        begin_s = time.monotonic()
        changer.sendall(_message(wish))
        while waiting:
            if time.monotonic() - begin_s > _PATIENCE_S:
                raise TimeoutError(f"{len(waiting)} subscribers heard nothing")
            for descriptor, _ in poll.poll(_PATIENCE_S):
                if _CHANGED in waiting[descriptor].recv(65536):
                    del waiting[descriptor]
                    poll.unregister(descriptor)
        return time.monotonic() - begin_s


def _answer_pings(subscribers: list[socket.socket], seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        readable, _, _ = select.select(subscribers, [], [], left_s)
        for each in readable:
            if each.recv(65536) == _PING:
                each.sendall(_PONG)


def _message(content: dict[str, object]) -> bytes:
    """A text message of a client, of less than 126 bytes, masked with zeros."""
    text = json.dumps(content).encode()
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text
