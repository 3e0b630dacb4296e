"""What devices do to their clients: each is what comes back for a request, piece by piece."""

from collections.abc import Callable, Iterator
from itertools import repeat

Pieces = Iterator[bytes] | list[bytes]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
SOAP = b"<s:Envelope/>"
WAIT = b""
"""Nothing for a while."""

MISBEHAVIOURS: dict[str, Callable[[], Pieces]] = {
    "silent": lambda: repeat(WAIT),
    "closes": list,
    "dies": lambda: [HEAD + b"Content-Length: 100000\r\n\r\n" + SOAP],
    "dies-in-a-chunk": lambda: [HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n" + SOAP],
    "endless": lambda: _after(HEAD + b"\r\n", repeat(b"x" * 65536)),
    "endless-chunks": lambda: _after(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", repeat(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
    ),
    "endless-head": lambda: _after(HEAD, repeat(b"X-Header: " + b"x" * 1000 + b"\r\n")),
    "drips": lambda: _dripping(HEAD + b"Content-Length: 10000\r\n\r\n" + b"x" * 10000),
    "continues": lambda: repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "not-http": lambda: [b"220 mail ESMTP\r\n"],
    "two-lengths": lambda: [HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"],
    "page": lambda: [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>"
    ],
    "redirects": lambda: [
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:8000/\r\n",
        b"Content-Length: 0\r\n\r\n",
    ],
}


def _after(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _dripping(whole: bytes) -> Iterator[bytes]:
    for byte in whole:
        yield bytes([byte])
        yield WAIT
