"""Films in memory, read back by a strict reader that shares nothing with the writer."""

from fractions import Fraction

import pytest
from avi_parser import parse
from memory_disk import MemoryDisk

from camerad.recording import avi
from camerad.recording.avi import Muxer
from camerad.recording.header import HEADER_BYTES, SLOTS, Film, header

FILM = Film(640, 480, Fraction(30))


def jpeg(number, size=100):
    body = number.to_bytes(4, "big") * (size // 4)
    return b"\xff\xd8" + body.replace(b"\0", b"\1")[: size - 4] + b"\xff\xd9"


def new(film=FILM, **options):
    disk = MemoryDisk(header(film), **options)
    return disk, Muxer(disk, film)


def test_a_film_of_nothing_is_a_film():
    assert parse(header(FILM), finished=False).frames == []
    disk, muxer = new()
    muxer.finish()
    assert parse(disk.data).frames == []


@pytest.mark.parametrize("size", [4, 5, 100, 101, 70_001])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_frame_is_there(count, size):
    frames = [jpeg(number, size) for number in range(count)]
    disk, muxer = new()
    for frame in frames:
        muxer.write(frame)
    muxer.finish()
    film = parse(disk.data)
    assert film.frames == frames
    assert (film.width, film.height, film.rate) == (640, 480, 30)
    assert muxer.size_bytes == len(disk.data)


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(1, 2), Fraction(120)])
def test_the_rate_is_exact(rate):
    disk, muxer = new(Film(64, 48, rate))
    muxer.write(jpeg(1))
    muxer.finish()
    assert parse(disk.data).rate == pytest.approx(float(rate), rel=1e-12)


def test_the_rate_can_be_corrected():
    disk, muxer = new()
    muxer.write(jpeg(1))
    muxer.time_as(Film(640, 480, Fraction(30_100_000, 1_000_000)))
    muxer.finish()
    assert parse(disk.data).rate == pytest.approx(30.1)


def test_what_was_dropped_takes_its_time():
    disk, muxer = new()
    for number in range(3):
        muxer.write(jpeg(number))
        muxer.repeat(2)
    muxer.finish()
    assert [bool(frame) for frame in parse(disk.data).frames] == [True, False, False] * 3


def test_a_long_absence_takes_several_slots():
    disk, muxer = new()
    muxer.write(jpeg(0))
    muxer.repeat(5000)
    muxer.write(jpeg(1))
    muxer.finish()
    assert len(parse(disk.data).frames) == 5002


def test_between_checkpoints_the_header_tells_of_the_last():
    disk, muxer = new()
    for number in range(30):
        muxer.write(jpeg(number))
        if number % 10 == 9:
            muxer.checkpoint()
        told = parse(disk.data, finished=False).frames
        assert told == [jpeg(n) for n in range((number + 1) // 10 * 10)]


def test_a_checkpoint_takes_no_slot_and_leaves_no_second_index():
    disk, muxer = new()
    for number in range(500):
        muxer.write(jpeg(number))
        muxer.checkpoint()
    muxer.finish()
    assert len(parse(disk.data).frames) == 500
    assert not muxer.full
    assert bytes(disk.data).count(b"ix00") == 1


def test_a_checkpoint_of_nothing_new_writes_nothing():
    disk, muxer = new()
    muxer.write(jpeg(0))
    muxer.checkpoint()
    calls = len(disk.log)
    muxer.checkpoint()
    assert len(disk.log) == calls


def test_data_is_safe_before_the_header_tells_of_it():
    disk, muxer = new()
    for number in range(5):
        muxer.write(jpeg(number))
    muxer.checkpoint()
    places = ["sync" if call == "sync" else call[0] >= HEADER_BYTES for call in disk.log]
    assert places == [True] * 6 + ["sync"] + [False] * 7 + ["sync"]


def test_a_film_goes_on_in_further_riffs(monkeypatch):
    monkeypatch.setattr(avi, "RIFF_LIMIT_BYTES", 100_000)
    frames = [jpeg(number, 1001) for number in range(300)]
    disk, muxer = new()
    for frame in frames:
        muxer.write(frame)
        muxer.checkpoint()
        assert parse(disk.data, finished=False).frames[-1] == frame
    muxer.finish()
    film = parse(disk.data)
    assert film.frames == frames
    assert film.riffs > 3


def test_a_riff_never_grows_over_its_limit(monkeypatch):
    monkeypatch.setattr(avi, "RIFF_LIMIT_BYTES", 60_000)
    disk, muxer = new()
    for number in range(2000):
        muxer.write(jpeg(number, 4 + number % 97))
        muxer.repeat(number % 3)
    muxer.finish()
    data, start = disk.data, 0
    while start < len(data):
        size = 8 + int.from_bytes(data[start + 4 : start + 8], "little")
        assert size <= 60_000
        start += size
    assert parse(data).riffs > 2


def test_a_day_fits_into_the_super_index(monkeypatch):
    hours = SLOTS * avi.SLOT_S / 3600
    riffs_of_100_gib = 100
    assert (hours - 24) * 60 > riffs_of_100_gib
    monkeypatch.setattr(avi, "_MIN_SLOT_FRAMES", 1)
    disk, muxer = new(Film(64, 48, Fraction(1, 60)))
    while not muxer.full:
        muxer.write(jpeg(1, 4))
    muxer.finish()
    assert len(parse(disk.data).frames) == SLOTS - 2 + 1


def test_an_absence_without_end_stays_within_the_super_index(monkeypatch):
    monkeypatch.setattr(avi, "_MIN_SLOT_FRAMES", 1)
    disk, muxer = new(Film(64, 48, Fraction(1, 60)))
    muxer.write(jpeg(0))
    muxer.repeat(10**12)
    assert muxer.full
    muxer.write(jpeg(1))
    muxer.finish()
    frames = parse(disk.data).frames
    assert (frames[0], frames[-1]) == (jpeg(0), jpeg(1))
    assert len(frames) <= SLOTS


def test_a_full_disk_costs_only_what_was_not_safe():
    disk, muxer = new(capacity=HEADER_BYTES + 5000)
    for number in range(21):
        muxer.write(jpeg(number))
    muxer.checkpoint()
    with pytest.raises(OSError, match="No space"):
        fill(muxer)
    muxer.forget()
    muxer.finish()
    assert len(parse(disk.data).frames) == 21


def fill(muxer):
    while True:
        muxer.write(jpeg(0))
