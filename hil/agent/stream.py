"""A client of /stream."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass

START_OF_FRAME = range(0xC0, 0xC4)


@dataclass(frozen=True, slots=True)
class Part:
    captured_at_s: float
    """Since the epoch."""
    size: tuple[int, int]


def parts(port: int, token: str, camera: int) -> Iterator[Part]:
    """The pictures of a live stream; ends when camerad closes it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    target = f"/stream?camera={camera}"
    connection.request("GET", target, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise OSError(f"{target}: {answer.status} {json.loads(answer.read())}")
    while line := answer.readline():
        heads: dict[str, str] = {}
        while b": " in line:
            name, _, value = line.decode().partition(": ")
            heads[name.lower()] = value.strip()
            line = answer.readline()
        if heads:
            jpeg = answer.read(int(heads["content-length"]))
            yield Part(float(heads["x-timestamp"]), size_of(jpeg))


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height, from the frame header; ``ValueError`` if there is none."""
    at = 2
    while at + 9 <= len(jpeg):
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker in START_OF_FRAME:
            height, width = (int.from_bytes(jpeg[at + n : at + n + 2], "big") for n in (5, 7))
            return width, height
        at += 2 + length
    raise ValueError("a JPEG without a frame header")
