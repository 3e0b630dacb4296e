"""What a camera tells the USB core about itself: USB 2.0 chapter 9, UVC 1.0 chapter 3 and its
payload specifications for MJPEG and uncompressed video.
"""

import struct
from collections.abc import Iterator

from uvc.controls import CAMERA_BITS, CAMERA_TERMINAL, PROCESSING_BITS, PROCESSING_UNIT
from uvc.model import Format, Model, Size

BULK_IN = 0x81
PACKET_BYTES = 512
OUTPUT_TERMINAL = 3
VENDOR, PRODUCT = 0x1D6B, 0x0102
LANGUAGES = bytes([4, 3, 0x09, 0x04])
"""English only."""
YUY2_GUID = bytes.fromhex("5955593200001000800000aa00389b71")

DEVICE, CONFIGURATION, STRING, INTERFACE, ENDPOINT, ASSOCIATION = 1, 2, 3, 4, 5, 11
CS_INTERFACE = 0x24
VIDEO_CLASS, VIDEO_CONTROL, VIDEO_STREAMING, VIDEO_COLLECTION = 14, 1, 2, 3
SUBTYPES = {"YUY2": (4, 5), "MJPG": (6, 7)}
"""Of the format's and the frames' descriptors."""


def block(kind: int, layout: str, *values: object) -> bytes:
    """A descriptor: its length, its kind and its fields."""
    fields = struct.pack(f"<{layout}", *values)
    return bytes([2 + len(fields), kind]) + fields


def device(_model: Model) -> bytes:
    return block(
        DEVICE, "HBBBBHHHBBBB", 0x0200, 0xEF, 2, 1, 64, VENDOR, PRODUCT, 0x0100, 1, 2, 3, 1
    )


def configuration(model: Model) -> bytes:
    body = b"".join(
        [
            block(ASSOCIATION, "BBBBBB", 0, 2, VIDEO_CLASS, VIDEO_COLLECTION, 0, 2),
            block(INTERFACE, "BBBBBBB", 0, 0, 0, VIDEO_CLASS, VIDEO_CONTROL, 0, 2),
            video_control(),
            block(INTERFACE, "BBBBBBB", 1, 0, 1, VIDEO_CLASS, VIDEO_STREAMING, 0, 0),
            video_streaming(model),
            block(ENDPOINT, "BBHB", BULK_IN, 2, PACKET_BYTES, 0),
        ]
    )
    return block(CONFIGURATION, "HBBBBB", 9 + len(body), 2, 1, 0, 0x80, 50) + body


def string(model: Model, index: int) -> bytes | None:
    """``None`` if the camera has no such string."""
    if index == 0:
        return LANGUAGES
    texts = {1: "camerad", 2: model.product, 3: model.serial}
    if index not in texts:
        return None
    encoded = texts[index].encode("utf-16-le")
    return bytes([2 + len(encoded), STRING]) + encoded


def video_control() -> bytes:
    """A sensor, its picture processing, and where the pictures go."""
    units = [
        block(
            CS_INTERFACE,
            "BBHBBHHHB3s",
            *(2, CAMERA_TERMINAL, 0x0201, 0, 0, 0, 0, 0, 3),
            CAMERA_BITS.to_bytes(3, "little"),
        ),
        block(
            CS_INTERFACE,
            "BBBHB2sB",
            *(5, PROCESSING_UNIT, CAMERA_TERMINAL, 0, 2),
            PROCESSING_BITS.to_bytes(2, "little"),
            0,
        ),
        block(CS_INTERFACE, "BBHBBB", 3, OUTPUT_TERMINAL, 0x0101, 0, PROCESSING_UNIT, 0),
    ]
    length = 13 + sum(map(len, units))
    header = block(CS_INTERFACE, "BHHIBB", 1, 0x0100, length, 48_000_000, 1, 1)
    return header + b"".join(units)


def video_streaming(model: Model) -> bytes:
    formats = [
        part
        for index, fmt in enumerate(model.formats, start=1)
        for part in (format_block(fmt, index), *frame_blocks(model, fmt), colour_block())
    ]
    count = len(model.formats)
    controls = bytes(count)
    length = 13 + count + sum(map(len, formats))
    header = block(
        CS_INTERFACE,
        f"BBHBBBBBBB{count}s",
        *(1, count, length, BULK_IN, 0, OUTPUT_TERMINAL, 0, 0, 0, 1, controls),
    )
    return header + b"".join(formats)


def format_block(fmt: Format, index: int) -> bytes:
    subtype, _ = SUBTYPES[fmt.fourcc]
    if fmt.fourcc == "MJPG":
        return block(CS_INTERFACE, "BBBBBBBBB", subtype, index, len(fmt.sizes), 0, 1, 0, 0, 0, 0)
    return block(
        CS_INTERFACE,
        "BBB16sBBBBBB",
        *(subtype, index, len(fmt.sizes), YUY2_GUID, 16, 1, 0, 0, 0, 0),
    )


def frame_blocks(model: Model, fmt: Format) -> Iterator[bytes]:
    _, subtype = SUBTYPES[fmt.fourcc]
    intervals = model.intervals
    for index, size in enumerate(fmt.sizes, start=1):
        limit = frame_bytes(model, fmt, size)
        bits = [8 * limit * rate for rate in (min(model.rates), max(model.rates))]
        yield block(
            CS_INTERFACE,
            f"BBBHHIIIIB{len(intervals)}I",
            *(subtype, index, 0, size.width, size.height, *bits, limit, intervals[0]),
            *(len(intervals), *sorted(intervals)),
        )


def frame_bytes(model: Model, fmt: Format, size: Size) -> int:
    """The most that a frame may have."""
    return model.frame_limit_bytes if fmt.fourcc == "MJPG" else 2 * size.width * size.height


def colour_block() -> bytes:
    """BT.709 primaries and transfer, BT.601 matrix: sRGB, the default of UVC."""
    return block(CS_INTERFACE, "BBBB", 0x0D, 1, 1, 4)
