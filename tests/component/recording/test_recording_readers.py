"""Films as readers see them that we have not written."""

import os
import subprocess
from fractions import Fraction

import pytest

from camerad.recording.avi import Muxer
from camerad.recording.disk import FileDisk
from camerad.recording.header import Film, header
from camerad.recording.repair import repair
from film_readers import assert_plays, ffmpeg_times, ffprobe, gstreamer_plays, mediainfo

FILM = Film(320, 240, Fraction(30))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=320x240:rate=30",
            "-frames:v",
            "30",
            folder / "%02d.jpg",
        ],
        check=True,
    )
    return [path.read_bytes() for path in sorted(folder.iterdir())]


@pytest.fixture
def muxed(tmp_path):
    """`muxed(film)` gives a path, and a muxer that writes there."""
    descriptors = []

    def open_(film=FILM):
        path = tmp_path / f"{len(descriptors)}.avi"
        descriptors.append(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        os.write(descriptors[-1], header(film))
        return path, Muxer(FileDisk(descriptors[-1]), film)

    yield open_
    for descriptor in descriptors:
        os.close(descriptor)


def test_a_finished_film(muxed, pictures):
    path, muxer = muxed()
    for picture in pictures * 3:
        muxer.write(picture)
    muxer.finish()
    seen = assert_plays(path)
    assert (seen.frames, seen.duration_s) == (90, 3.0)
    assert len(ffmpeg_times(path)) == 90


def test_dropped_frames_keep_the_time_of_the_others(muxed, pictures):
    path, muxer = muxed()
    for picture in pictures:
        muxer.write(picture)
        muxer.repeat(2)
    muxer.finish()
    seen = assert_plays(path)
    assert (seen.frames, seen.duration_s) == (90, 3.0)
    assert ffmpeg_times(path) == pytest.approx([n / 10 for n in range(30)], abs=1e-6)


@pytest.mark.parametrize(
    "rate", [Fraction(30000, 1001), Fraction(1, 2), Fraction(30_100_000, 1_000_000)]
)
def test_odd_rates(muxed, pictures, rate):
    path, muxer = muxed(Film(320, 240, rate))
    for picture in pictures:
        muxer.write(picture)
    muxer.finish()
    assert ffprobe(path).duration_s == pytest.approx(30 / rate, rel=1e-4)
    gstreamer_plays(path)


@pytest.mark.parametrize("tail", [b"", bytes(40_000), b"00dc\xff\xff\0\0\xff\xd8"])
def test_an_unfinished_film_plays_before_and_after_its_repair(muxed, pictures, tail):
    path, muxer = muxed()
    for number, picture in enumerate(pictures * 3):
        muxer.write(picture)
        if number == 79:
            muxer.checkpoint()
    with path.open("ab") as file:
        file.write(tail)
    assert (ffprobe(path).frames, ffprobe(path).duration_s) == (80, pytest.approx(80 / 30))
    assert mediainfo(path)[0].frames == 80
    gstreamer_plays(path)
    with path.open("r+b") as file:
        repair(FileDisk(file.fileno()))
    assert assert_plays(path).frames == 90


@pytest.mark.timeout(300)
def test_five_gibibytes(muxed, pictures):
    """Comments blow the pictures up to more than a megabyte."""
    comment = b"\xff\xfe\xff\xff" + bytes(65_533)
    large = [picture[:2] + comment * 20 + picture[2:] for picture in pictures]
    path, muxer = muxed()
    for number in range(4100):
        muxer.write(large[number % 30])
        if number % 30 == 29:
            muxer.checkpoint()
    muxer.finish()
    assert path.stat().st_size > 5 * 10**9
    assert (ffprobe(path).frames, ffprobe(path).duration_s) == (4100, pytest.approx(4100 / 30))
    seen, profile = mediainfo(path)
    assert (seen.frames, profile) == (4100, "OpenDML")
    assert len(ffmpeg_times(path, "-ss", str(4100 / 30 - 1))) == 30
