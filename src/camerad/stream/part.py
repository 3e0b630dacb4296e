"""The wire format of a live stream: multipart/x-mixed-replace, one part a picture."""

import socket
from collections.abc import Iterator

from msgspec import Struct

from camerad.clock import epoch_of
from camerad.frames.picture import Jpeg

BOUNDARY = "camerad-frame"
CONTENT_TYPE = f"multipart/x-mixed-replace; boundary={BOUNDARY}"

PREAMBLE = f"--{BOUNDARY}\r\n".encode()
"""Opens the stream. Every part ends with the boundary of the next, since browsers show a picture
only when they see the boundary after it: sent with the next picture, it would be a frame late."""

_TAIL = f"\r\n--{BOUNDARY}\r\n".encode()


class Part(Struct, frozen=True, eq=False):
    """One picture as every client gets it: made once, shared by all, its JPEG never copied."""

    pieces: tuple[bytes, bytes, bytes]
    size_bytes: int

    @property
    def jpeg(self) -> bytes:
        """The picture alone."""
        return self.pieces[1]

    def send(self, sock: socket.socket, offset: int) -> int:
        """Send what follows ``offset`` as far as a non-blocking socket takes it; bytes taken."""
        return sock.sendmsg(list(self._after(offset)) if offset else self.pieces)

    def _after(self, offset: int) -> Iterator[memoryview]:
        for piece in self.pieces:
            if offset < len(piece):
                yield memoryview(piece)[offset:]
            offset = max(0, offset - len(piece))


def part_of(jpeg: Jpeg, captured_at_s: float, sequence: int) -> Part:
    """The part for a picture captured at an instant of CLOCK_MONOTONIC."""
    head = (
        "Content-Type: image/jpeg\r\n"
        f"Content-Length: {len(jpeg.data)}\r\n"
        f"X-Timestamp: {epoch_of(captured_at_s):.6f}\r\n"
        f"X-Sequence: {sequence}\r\n\r\n"
    ).encode()
    pieces = (head, jpeg.data, _TAIL)
    return Part(pieces, sum(map(len, pieces)))
