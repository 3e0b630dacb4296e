"""Checks and completes the JPEG pictures of cameras, without looking into the coded data.

Only the header and the tail are read, so the time does not grow with the picture; the bytes
are copied once. ITU-T T.81 (JPEG) names the markers; its Annex B says how segments are built.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

from camerad.capture.source import BrokenFrame
from camerad.errors import CameraNotConnected
from camerad.frames.picture import Jpeg
from camerad.imaging.huffman import STANDARD_TABLES

_SOI = b"\xff\xd8"
_EOI = b"\xff\xd9"
_DHT = 0xC4
_SOS = 0xDA
_SOF_SEQUENTIAL = (0xC0, 0xC1)
_SOF_PROGRESSIVE = 0xC2
_SOF_OTHERS = (0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)
_WITHOUT_LENGTH = (0x00, 0x01, *range(0xD0, 0xDA))

# A real header has ten or twenty; the bound keeps garbage from costing time.
_MAX_MARKERS = 256
_TAIL_BYTES = 4096


class BrokenPicture(BrokenFrame, CameraNotConnected):
    """A buffer holds no whole picture; the text says what is wrong with it."""


class _Header(Struct, frozen=True):
    width: int
    height: int
    scan_start: int
    """Where the first SOS marker stands."""
    has_tables: bool


class Extractor:
    """For the pictures of one camera. Most cameras begin all of them with the same header, which
    is then understood only once.
    """

    def __init__(self) -> None:
        self._known = b""
        self._header = _Header(0, 0, 0, has_tables=False)

    def extract(self, data: memoryview) -> Jpeg:
        """The picture in a driver's buffer, as a file that every decoder reads.

        Padding after EOI is left out. The standard Huffman tables are inserted when the camera
        leaves them out, as UVC's MJPEG allows. Raises BrokenPicture.
        """
        if not self._known or bytes(data[: len(self._known)]) != self._known:
            self._header = header = _read_header(data)
            # With the marker and the length of the scan's own header.
            self._known = bytes(data[: header.scan_start + 4])
        return _picture(data, self._header)


def _picture(data: memoryview, header: _Header) -> Jpeg:
    end = _end_of_image(data, header.scan_start)
    if header.has_tables:
        whole = data[:end].tobytes()
    else:
        scan_start = header.scan_start
        whole = b"".join((data[:scan_start], STANDARD_TABLES, data[scan_start:end]))
    return Jpeg(whole, header.width, header.height)


def _read_header(data: memoryview) -> _Header:
    if data[:2] != _SOI:
        raise BrokenPicture("the JPEG does not begin with SOI")
    frame_type = width = height = 0
    has_tables = False
    for marker, start, end in _segments(data):
        if marker == _DHT:
            has_tables = True
        elif marker in _SOF_SEQUENTIAL or marker == _SOF_PROGRESSIVE:
            frame_type = marker
            width, height = _frame_size(data, start, end)
        elif marker in _SOF_OTHERS:
            raise BrokenPicture(f"the JPEG's coding (marker FF{marker:02X}) is not Huffman's")
        elif marker == _SOS:
            if not frame_type:
                raise BrokenPicture("the JPEG has no frame header before its scan")
            if frame_type == _SOF_PROGRESSIVE and not has_tables:
                raise BrokenPicture("the progressive JPEG lacks its Huffman tables")
            return _Header(width, height, start, has_tables)
    raise BrokenPicture(f"the JPEG has no scan within its first {_MAX_MARKERS} markers")


def _segments(data: memoryview) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment up to SOS, of which ``start`` is the FF."""
    position = len(_SOI)
    for _ in range(_MAX_MARKERS):
        if position + 4 > len(data):
            raise BrokenPicture("the JPEG ends within its header")
        prefix, marker, length = struct.unpack_from(">BBH", data, position)
        if prefix != 0xFF or marker in _WITHOUT_LENGTH:
            raise BrokenPicture(f"the JPEG has no segment at byte {position}")
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        end = position + 2 + length
        if length < 2 or end > len(data):
            raise BrokenPicture(f"the JPEG's segment at byte {position} has a wrong length")
        yield marker, position, end
        position = end


def _frame_size(data: memoryview, start: int, end: int) -> tuple[int, int]:
    """Width and height, from an 8-bit frame header of one (gray) or three components."""
    try:
        bits, height, width, components = struct.unpack_from(">BHHB", data[start:end], 4)
    except struct.error:
        raise BrokenPicture("the JPEG's frame header is too short") from None
    if bits != 8 or components not in (1, 3) or end - start != 10 + 3 * components:
        raise BrokenPicture("the JPEG's frame header is none of 8 bits and 1 or 3 components")
    if not width or not height:
        raise BrokenPicture(f"the JPEG's frame header says {width}x{height}")
    return width, height


def _end_of_image(data: memoryview, scan_start: int) -> int:
    """Where EOI ends: behind it may stand zeros, and before them a little of anything.

    Within the coded data FF D9 cannot occur, so the last one found is EOI.
    """
    end = _without_zeros(data, scan_start)
    start = max(scan_start, end - _TAIL_BYTES)
    found = bytes(data[start:end]).rfind(_EOI)
    if found < 0:
        raise BrokenPicture("the JPEG is cut off: it has no EOI")
    return start + found + len(_EOI)


def _without_zeros(data: memoryview, scan_start: int) -> int:
    end = len(data)
    while end > scan_start:
        start = max(scan_start, end - _TAIL_BYTES)
        kept = bytes(data[start:end]).rstrip(b"\0")
        if kept:
            return start + len(kept)
        end = start
    return end
