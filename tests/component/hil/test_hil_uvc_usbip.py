"""USB/IP on the wire, with the test as the kernel: from the URB to the bytes of a frame."""

import importlib
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest

JPEG = b"\xff\xd8" + bytes(range(250)) * 40 + b"\xff\xd9"
COMMIT_DATA = struct.pack("<HBBIHHHHHII", 1, 1, 1, 10_000, 0, 0, 0, 0, 0, 0, 0)


class Host:
    """Speaks as vhci_hcd does."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(20)
        self._stream = connection.makefile("rb")

    def submit(self, number: int, endpoint: int, length: int, setup: bytes = bytes(8)) -> None:
        header = struct.pack(">IIIII", 1, number, 65537, 1, endpoint)
        self._connection.sendall(header + struct.pack(">Iiiii", 0, length, 0, 0, 0) + setup)

    def commit(self, number: int) -> None:
        setup = struct.pack("<BBHHH", 0x21, 0x01, 2 << 8, 1, len(COMMIT_DATA))
        header = struct.pack(">IIIII", 1, number, 65537, 0, 0)
        rest = struct.pack(">Iiiii", 0, len(COMMIT_DATA), 0, 0, 0)
        self._connection.sendall(header + rest + setup + COMMIT_DATA)
        assert self.answer() == (number, 0, b"")

    def unlink(self, number: int, victim: int) -> None:
        self._connection.sendall(struct.pack(">IIIIII24x", 2, number, 65537, 0, 0, victim))

    def answer(self) -> tuple[int, int, bytes]:
        """The URB's number, its status and what came in."""
        header = self._stream.read(48)
        command, number, _, _, _, status, length = struct.unpack_from(">IIIIIii", header)
        has_data = command == 3 and length > 0 and status == 0 and number < 1000
        return number, status, self._stream.read(length) if has_data else b""


@pytest.fixture
def orders() -> Any:
    return importlib.import_module("uvc.orders").Orders()


@pytest.fixture
def pulled() -> list[str]:
    return []


@pytest.fixture
def host(orders: Any, pulled: list[str]) -> Iterator[Host]:
    model = importlib.import_module("uvc.model")
    formats = (model.Format("MJPG", (model.Size(640, 480),)),)
    camera = model.Model("A1", "A1 cam", formats, (1000,), 30_000)
    numbers = iter(range(1, 1000))
    ours, theirs = socket.socketpair()
    connection = importlib.import_module("uvc.connection").Connection(
        camera, theirs, orders, lambda _: (next(numbers), JPEG), lambda: pulled.append("plug")
    )
    with ours:
        yield Host(ours)
        ours.shutdown(socket.SHUT_RDWR)
    connection.join()


def test_a_frame_comes_in_as_many_urbs_as_it_takes(host):
    host.commit(1000)
    for number in range(4):
        host.submit(number, 1, 4096)
    answers = [host.answer() for _ in range(3)]
    assert [number for number, _, _ in answers] == [0, 1, 2]
    payload = b"".join(data for _, _, data in answers)
    assert (payload[:2], payload[2:]) == (bytes([2, 0x83]), JPEG)


def test_a_urb_that_waits_can_be_had_back(host, orders):
    orders.set_pace(0)
    host.commit(1000)
    host.submit(7, 1, 4096)
    host.unlink(1001, 7)
    assert host.answer() == (1001, -104, b"")


def test_a_halt_stalls_every_urb_until_a_new_stream(host, orders):
    orders.inject(importlib.import_module("uvc.frames").Fault.HALT, 1)
    host.commit(1000)
    for number in range(2):
        host.submit(number, 1, 4096)
    assert [host.answer()[1] for _ in range(2)] == [0, -32]
    host.submit(2, 1, 4096)
    assert host.answer() == (2, -32, b"")
    host.commit(1001)
    host.submit(5, 1, 65536)
    assert host.answer()[2][2:] == JPEG


def test_the_plug_is_pulled_in_mid_frame(host, orders, pulled):
    orders.cut()
    host.commit(1000)
    for number in range(4):
        host.submit(number, 1, 4096)
    assert host.answer()[1] == 0
    host.submit(9, 0, 1, struct.pack("<BBHHH", 0x80, 10, 0, 0, 1))
    assert host.answer() == (9, 0, b"\0")
    assert pulled == ["plug"]


def test_what_is_not_known_stalls(host):
    host.submit(3, 0, 64, struct.pack("<BBHHH", 0x80, 6, 15 << 8, 0, 64))
    assert host.answer() == (3, -32, b"")
