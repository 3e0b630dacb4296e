"""What a camera sends: numbered frames, whole or damaged, packed into payloads."""

import enum
import hashlib
import struct

HEADER_BYTES = 2
FRAME_ID, END_OF_FRAME, ERROR, END_OF_HEADER = 0x01, 0x02, 0x40, 0x80
"""Of a payload header's second byte."""

START_OF_IMAGE = b"\xff\xd8"
COMMENT = b"\xff\xfe"
NUMBER_LAYOUT = struct.Struct(">8sI")
SHORT_BYTES = 12


class Fault(enum.Enum):
    """What can be wrong with the frames that a camera sends."""

    SHORT = "short"
    """A few bytes instead of a picture."""
    TRUNCATED = "truncated"
    """The picture's first two thirds."""
    GARBAGE = "garbage"
    """As long as the picture, but noise."""
    ERROR_BIT = "error_bit"
    """The whole picture in a payload that says that it is damaged."""
    HALT = "halt"
    """The endpoint stalls in mid-frame: the USB kind of stall, which the host has to clear."""


def numbered(jpeg: bytes, serial: str, number: int) -> bytes:
    """The picture with a comment that says which camera's it is, and its number."""
    mark = NUMBER_LAYOUT.pack(serial.encode()[:8], number)
    comment = COMMENT + struct.pack(">H", 2 + len(mark)) + mark
    return START_OF_IMAGE + comment + jpeg.removeprefix(START_OF_IMAGE)


def number_of(jpeg: bytes) -> tuple[str, int]:
    """What ``numbered`` wrote; ``ValueError`` for any other picture."""
    start = START_OF_IMAGE + COMMENT + struct.pack(">H", 2 + NUMBER_LAYOUT.size)
    if not jpeg.startswith(start):
        raise ValueError(f"no numbered picture: {jpeg[:20].hex()}")
    serial, number = NUMBER_LAYOUT.unpack_from(jpeg, len(start))
    return serial.rstrip(b"\0").decode(), number


def grey(size_bytes: int, number: int) -> bytes:
    """An uncompressed frame, in YUY2, of one brightness."""
    return bytes([16 + number % 220, 128]) * (size_bytes // 2)


def damaged(frame: bytes, fault: Fault | None) -> bytes:
    if fault is Fault.SHORT:
        return frame[:SHORT_BYTES]
    if fault is Fault.TRUNCATED:
        return frame[: len(frame) * 2 // 3]
    if fault is Fault.GARBAGE:
        return hashlib.shake_128(frame[:64]).digest(len(frame))
    return frame


def payload(frame: bytes, number: int, fault: Fault | None = None) -> bytes:
    """All of a frame in one payload. The frame's ID bit changes from one frame to the next."""
    bits = END_OF_HEADER | END_OF_FRAME | (number & FRAME_ID)
    if fault is Fault.ERROR_BIT:
        bits |= ERROR
    return bytes([HEADER_BYTES, bits]) + damaged(frame, fault)
