"""A film is cut off at every moment of its making, and repaired."""

import random
from fractions import Fraction

import pytest
from avi_parser import parse
from memory_disk import MemoryDisk, apply, killed, power_cut

from camerad.recording import avi
from camerad.recording.avi import Muxer
from camerad.recording.header import HEADER_BYTES, Film, header
from camerad.recording.repair import Damaged, repair, was_repaired

FILM = Film(640, 480, Fraction(30))


def jpeg(number, size):
    return b"\xff\xd8" + (b"%08d" % number * (size // 8))[: size - 4] + b"\xff\xd9"


class Story:
    """How a film was made: the calls to the disk, and which frames were written, and which were
    safe, after each of them.
    """

    def __init__(self, frames=120, size=700, every=10):
        self.disk = MemoryDisk(header(FILM))
        self.start = bytes(self.disk.data)
        muxer = Muxer(self.disk, FILM)
        self.frames, self.safe, self.written = [], [0], [0]
        for number in range(frames):
            if number % 13 == 7:
                self._do(lambda: muxer.repeat(2), [b"", b""])
            frame = jpeg(number, size + number % 5)
            self._do(lambda frame=frame: muxer.write(frame), [frame])
            if number % every == every - 1:
                self._do(muxer.checkpoint, [], safe=True)
        self._do(muxer.finish, [], safe=True)

    def _do(self, action, frames, *, safe=False):
        before = len(self.frames)
        self.frames += frames
        action()
        grown = len(self.disk.log) - (len(self.safe) - 1)
        self.safe += [self.safe[-1]] * grown
        self.written += [before] * grown
        self.written[-1] = len(self.frames)
        if safe:
            self.safe[-1] = len(self.frames)


@pytest.fixture(scope="module")
def story():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(avi, "RIFF_LIMIT_BYTES", 70_000)
        patch.setattr(avi, "_MIN_SLOT_FRAMES", 1)
        patch.setattr(avi, "SLOT_S", 0.5)
        yield Story()


def repaired(data):
    """The frames after a repair, which a second one must find nothing left to do for."""
    disk = MemoryDisk(data)
    repair(disk)
    film = parse(disk.data, torn=True)
    assert repair(disk) is None
    return film.frames


def test_the_story_has_all_that_can_happen(story):
    film = parse(story.disk.data)
    assert film.riffs >= 2
    assert film.frames == story.frames


def test_a_kill_at_any_moment_costs_no_written_frame(story):
    for calls in range(len(story.disk.log) + 1):
        data = killed(story.start, story.disk.log, calls)
        assert story.safe[calls] <= told(data) <= len(story.frames)
        frames = repaired(data)
        assert frames == story.frames[: len(frames)]
        assert len(frames) >= story.written[calls]


def told(data):
    """The frames that readers see before the repair: those up to the last checkpoint."""
    return int.from_bytes(data[140:144], "little")


def test_a_kill_in_the_middle_of_a_write_costs_what_was_being_written(story):
    for calls, call in enumerate(story.disk.log):
        if call != "sync" and call[0] >= HEADER_BYTES and len(call[1]) > 4:
            torn = bytearray(killed(story.start, story.disk.log, calls))
            apply(torn, call[0], call[1][: len(call[1]) * (calls % 10) // 10])
            frames = repaired(bytes(torn))
            assert frames == story.frames[: len(frames)]
            assert len(frames) >= story.written[calls]


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_any_moment_costs_what_was_not_safe(story, seed):
    rng = random.Random(seed)
    for calls in range(len(story.disk.log) + 1):
        frames = repaired(power_cut(story.start, story.disk.log, calls, rng))
        assert frames == story.frames[: len(frames)], calls
        assert len(frames) >= story.safe[calls], calls


@pytest.mark.parametrize(
    "tail",
    [bytes(40_000), b"\xff" * 999, b"00dc" + b"\x90\x01\0\0" + b"\xff\xd8", b"00dc\0\0\0\xff"],
)
def test_rubbish_behind_the_film_is_cut_off(story, tail):
    for calls in range(0, len(story.disk.log), 7):
        frames = repaired(killed(story.start, story.disk.log, calls) + tail)
        assert len(frames) >= story.written[calls]
        assert frames == story.frames[: len(frames)]


def test_what_was_repaired_says_so_for_ever(story):
    for calls in range(len(story.disk.log) + 1):
        disk = MemoryDisk(killed(story.start, story.disk.log, calls))
        assert not was_repaired(disk)
        needed = repair(disk) is not None
        assert repair(disk) is None
        assert was_repaired(disk) is needed


def test_a_repair_can_be_killed_at_any_moment(story):
    for calls in range(0, len(story.disk.log), 5):
        data = killed(story.start, story.disk.log, calls) + bytes(5000)
        disk = MemoryDisk(data)
        repair(disk)
        assert was_repaired(disk)
        for done in range(len(disk.log) + 1):
            frames = repaired(killed(data, disk.log, done))
            assert len(frames) >= story.written[calls]


def test_a_finished_film_is_left_alone(story):
    disk = MemoryDisk(story.disk.data)
    assert repair(disk) is None
    assert disk.log == []


@pytest.mark.parametrize(
    "foreign", [b"", b"RIFF", bytes(HEADER_BYTES), b"RIFF\0\0\0\0AVI LIST" + bytes(50_000)]
)
def test_what_is_no_film_of_ours_is_left_alone(foreign):
    disk = MemoryDisk(foreign)
    assert repair(disk) is None
    assert disk.log == []


def test_a_film_that_is_damaged_in_the_middle_is_left_alone(story):
    data = bytearray(killed(story.start, story.disk.log, len(story.disk.log) - 8))
    place = data.index(b"ix00")
    data[place : place + 64] = bytes(64)
    disk = MemoryDisk(data)
    with pytest.raises(Damaged):
        repair(disk)
    assert disk.log == []


def test_it_tells_what_it_did(story):
    calls = next(n for n, count in enumerate(story.written) if count == 17)
    done = repair(MemoryDisk(killed(story.start, story.disk.log, calls) + bytes(500)))
    assert done is not None
    assert (done.frames, done.cut_bytes) == (17, 500)
    assert done.found == 2  # a slot, and with it a checkpoint, has ended with the 15th
