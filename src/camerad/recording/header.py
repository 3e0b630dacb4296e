"""The head of a film: of fixed size and layout, so that its numbers can be set in place.

``RIFF AVI (LIST hdrl (avih LIST strl (strh strf indx) LIST odml (dmlh)) LIST INFO JUNK LIST movi``,
by Microsoft's AVI RIFF File Reference and the OpenDML extensions 1.02.
"""

import struct
from fractions import Fraction
from typing import Final

from msgspec import Struct

from camerad.recording.index import ENTRY, VIDEO
from camerad.recording.riff import CHUNK, LIST, chunk, listed

SLOTS: Final = 2048
"""Entries of the super index: 34 hours of a minute each, or 24 hours and 600 GiB."""
HEADER_BYTES: Final = 36864
"""The first frame's chunk begins here, at the beginning of a page."""
MOVI: Final = HEADER_BYTES - 4
"""Where the FOURCC of the first RIFF's list of frames stands."""

_AVIH: Final = struct.Struct("<14I")
_STRH: Final = struct.Struct("<4s4sIHHIIIIIIII4H")
_STRF: Final = struct.Struct("<IiiHH4sIiiII")
_INDX: Final = struct.Struct("<HBBI4s12x")
_HAS_INDEX_AND_TRUST_CHUNKS: Final = 0x10 | 0x800
_WRITER: Final = b"camerad\0"
_ANY_QUALITY: Final = 0xFFFFFFFF
_DMLH_BYTES: Final = 248

_AVIH_AT: Final = 2 * LIST.size + CHUNK.size
_STRH_AT: Final = _AVIH_AT + _AVIH.size + LIST.size + CHUNK.size
_STRF_AT: Final = _STRH_AT + _STRH.size + CHUNK.size
_INDX_AT: Final = _STRF_AT + _STRF.size + CHUNK.size
_SLOTS_AT: Final = _INDX_AT + _INDX.size
_DMLH_AT: Final = _SLOTS_AT + SLOTS * ENTRY.size + LIST.size + CHUNK.size
_WRITER_AT: Final = _DMLH_AT + _DMLH_BYTES + LIST.size + CHUNK.size


class Film(Struct, frozen=True):
    """What all frames of a film have in common."""

    width: int
    height: int
    rate_fps: Fraction


class Totals(Struct, frozen=True):
    """The numbers that grow with the film."""

    frames: int = 0
    frames_in_first_riff: int = 0
    largest_bytes: int = 0
    slots: int = 0


class Patch(Struct, frozen=True):
    """Bytes that replace those at a place."""

    offset: int
    data: bytes


REPAIRED: Final = Patch(_DMLH_AT + 4, b"repaired")
"""Marks a film that was once cut off. OpenDML has reserved the place: readers pass over it."""


def header(film: Film) -> bytes:
    """A whole file, of no frames yet."""
    nothing = Totals()
    slots = bytes(SLOTS * ENTRY.size)
    before_junk = listed(
        b"hdrl",
        chunk(b"avih", _avih(film, nothing)),
        listed(
            b"strl",
            chunk(b"strh", _strh(film, nothing)),
            chunk(b"strf", _strf(film)),
            chunk(b"indx", _indx(nothing) + slots),
        ),
        listed(b"odml", chunk(b"dmlh", bytes(_DMLH_BYTES))),
    ) + listed(b"INFO", chunk(b"ISFT", _WRITER))
    padding = HEADER_BYTES - 2 * LIST.size - CHUNK.size - len(before_junk)
    body = before_junk + chunk(b"JUNK", bytes(padding)) + listed(b"movi")
    return LIST.pack(b"RIFF", len(body) + 4, b"AVI ") + body


def set_totals(film: Film, totals: Totals) -> list[Patch]:
    """What the header says once there are so many frames."""
    return [
        Patch(_DMLH_AT, struct.pack("<I", totals.frames)),
        Patch(_INDX_AT, _indx(totals)),
        Patch(_STRH_AT, _strh(film, totals)),
        Patch(_AVIH_AT, _avih(film, totals)),
    ]


def set_slot(number: int, offset: int, size_bytes: int, frames: int) -> Patch:
    """The super index's entry for an ``ix00``."""
    return Patch(_SLOTS_AT + number * ENTRY.size, ENTRY.pack(offset, size_bytes, frames))


def read_film(head: bytes) -> Film | None:
    """What a header of ours says; None if it is none."""
    ours = header(Film(0, 0, Fraction(1)))
    same = (slice(4), slice(8, _AVIH_AT), slice(_WRITER_AT, -8), slice(-4, None))
    if len(head) != len(ours) or any(head[part] != ours[part] for part in same):
        return None
    numbers = _STRH.unpack_from(head, _STRH_AT)
    if numbers[:2] != (b"vids", b"MJPG") or not numbers[6] or not numbers[7]:
        return None
    _, width, height, *_ = _STRF.unpack_from(head, _STRF_AT)
    return Film(width, height, Fraction(numbers[7], numbers[6]))


def read_totals(head: bytes) -> Totals:
    frames_in_first_riff = _AVIH.unpack_from(head, _AVIH_AT)[4]
    strh = _STRH.unpack_from(head, _STRH_AT)
    slots = _INDX.unpack_from(head, _INDX_AT)[3]
    return Totals(strh[9], frames_in_first_riff, strh[10], min(slots, SLOTS))


def agrees(head: bytes) -> bool:
    """Whether all places in a header that tell how many frames there are tell the same."""
    totals = read_totals(head)
    in_slots = sum(frames for _, _, frames in read_slots(head, totals.slots))
    in_dmlh = int.from_bytes(head[_DMLH_AT : _DMLH_AT + 4], "little")
    return totals.frames == in_slots == in_dmlh


def read_slots(head: bytes, count: int) -> list[tuple[int, int, int]]:
    """The first entries of the super index: offset, size and frames of each ``ix00``."""
    table = head[_SLOTS_AT : _SLOTS_AT + count * ENTRY.size]
    return list(ENTRY.iter_unpack(table))


def _avih(film: Film, totals: Totals) -> bytes:
    frame_us = round(1_000_000 / film.rate_fps)
    counts = (totals.frames_in_first_riff, 0, 1, totals.largest_bytes, film.width, film.height)
    return _AVIH.pack(frame_us, 0, 0, _HAS_INDEX_AND_TRUST_CHUNKS, *counts, 0, 0, 0, 0)


def _strh(film: Film, totals: Totals) -> bytes:
    rate = film.rate_fps
    return _STRH.pack(
        *(b"vids", b"MJPG", 0, 0, 0, 0, rate.denominator, rate.numerator, 0, totals.frames),
        *(totals.largest_bytes, _ANY_QUALITY, 0, 0, 0, film.width, film.height),
    )


def _strf(film: Film) -> bytes:
    size_bytes = film.width * film.height * 3
    return _STRF.pack(_STRF.size, film.width, film.height, 1, 24, b"MJPG", size_bytes, 0, 0, 0, 0)


def _indx(totals: Totals) -> bytes:
    return _INDX.pack(4, 0, 0, totals.slots, VIDEO)
