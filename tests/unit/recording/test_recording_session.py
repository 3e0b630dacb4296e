"""The thread that writes, with a queue at one end and real files at the other."""

import errno
import os
import threading
import time
from concurrent.futures import Future
from fractions import Fraction

import pytest
from avi_parser import parse

from camerad.errors import CameraNotConnected, FileExists, InsufficientStorage
from camerad.frames.picture import Jpeg
from camerad.recording import reel
from camerad.recording.session import Plan, Session
from camerad.recording.shots import Shot, Shots
from camerad.storage.tree import Tree

FOLDER = "/media/data"


def jpeg(width=64, height=48):
    return Jpeg(b"\xff\xd8" + b"picture" * 20 + b"\xff\xd9", width, height)


class Stage:
    """A session, and when its next picture is captured."""

    def __init__(self, tree, **plan):
        self.tree = tree
        self.shots = Shots()
        self.has_ended = threading.Event()
        self.now_s = time.monotonic()
        wanted = Plan("rec_1", FOLDER, "a.avi", **plan)
        self.session = Session(tree, wanted, self.shots, lambda _session: self.has_ended.set())

    def shot(self, picture=None, rate=30, after=None):
        self.now_s += 1 / rate if after is None else after
        return Shot(picture or jpeg(), self.now_s, Fraction(rate))

    def begin(self, **options):
        self.session.begin([self.shot(**options)])

    def give(self, count=1, **options):
        for _ in range(count):
            self.shots.put(self.shot(**options))

    def end(self):
        assert self.session.stop(5)
        assert self.has_ended.wait(5)
        return self.session


@pytest.fixture
def tree(tmp_path):
    return Tree({FOLDER: tmp_path}, 0)


@pytest.fixture
def film(tmp_path):
    return lambda name="a.avi": parse((tmp_path / name).read_bytes())


def test_all_pictures_are_in_the_film_when_it_has_stopped(tree, film, tmp_path):
    stage = Stage(tree)
    stage.begin()
    stage.give(50)
    session = stage.end()
    assert len(film().frames) == session.frames == 51
    assert film().rate == 30
    assert (session.reason, session.lost) == ("stopped", 0)
    assert session.size_bytes == (tmp_path / "a.avi").stat().st_size
    tree.delete("a.avi")


@pytest.mark.parametrize(("other", "rate"), [(jpeg(128, 96), 30), (jpeg(48, 64), 30), (jpeg(), 60)])
def test_another_size_or_rate_makes_another_part(tree, film, tmp_path, other, rate):
    (tmp_path / "a_part2.avi").write_bytes(b"mine")
    stage = Stage(tree)
    stage.begin()
    stage.give(4)
    stage.give(7, picture=other, rate=rate)
    session = stage.end()
    assert len(film().frames) == 5
    second = film("a_part3.avi")
    assert (len(second.frames), second.width, second.rate) == (7, other.width, rate)
    assert session.size_bytes == sum(
        (tmp_path / name).stat().st_size for name in ("a.avi", "a_part3.avi")
    )
    assert (tmp_path / "a_part2.avi").read_bytes() == b"mine"


def test_it_ends_by_itself(tree, film):
    stage = Stage(tree, duration_s=1.0)
    stage.begin()
    stage.give(60)
    assert stage.has_ended.wait(5)
    assert stage.session.reason == "duration"
    assert len(film().frames) in (30, 31)


def test_it_ends_by_itself_without_pictures(tree, film):
    stage = Stage(tree, duration_s=0.3)
    stage.begin()
    assert stage.has_ended.wait(5)
    assert stage.session.reason == "duration"
    assert len(film().frames) == 1


def test_what_a_slow_disk_kept_waiting_has_its_place(tree, film):
    stage = Stage(tree)
    stage.now_s -= 10
    stage.begin()
    stage.give(50)
    assert stage.end().lost == 0
    assert all(film().frames[:51])


def test_the_past_goes_before_and_the_duration_counts_from_now(tree, film):
    stage = Stage(tree, duration_s=1.0)
    stage.now_s -= 8
    stage.session.begin([stage.shot() for _ in range(150)])
    stage.give(60)
    assert stage.has_ended.wait(5)
    assert len(film().frames) in (179, 180, 181)
    assert all(film().frames)
    assert stage.session.duration_s == pytest.approx(6, abs=0.1)


def test_a_camera_that_is_away_is_held_for_until_the_end(tree, film, monkeypatch):
    monkeypatch.setattr(reel, "SILENCE_S", 0.1)
    stage = Stage(tree, duration_s=0.5)
    stage.begin()
    assert stage.has_ended.wait(5)
    assert [bool(frame) for frame in film().frames] == [True] + [False] * 14


def test_a_timelapse_plays_at_its_own_rate(tree, film):
    stage = Stage(tree, interval_s=10.0, plays_fps=Fraction(25))
    stage.begin()
    stage.give(3, after=10)
    stage.give(1, after=30)
    stage.end()
    assert film().rate == 25
    assert [bool(frame) for frame in film().frames] == [True] * 4 + [False] * 2 + [True]


def test_a_broken_picture_is_counted(tree, film):
    stage = Stage(tree)
    stage.begin()
    broken = Future()
    broken.set_exception(CameraNotConnected("broken"))
    whole = Future()
    whole.set_result(jpeg())
    for each in (broken, whole):
        stage.shots.put(stage.shot(picture=each))
    session = stage.end()
    assert (session.lost, session.frames) == (1, 2)
    assert len([frame for frame in film().frames if frame]) == 2


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EIO, "storage_failed"), (errno.ENOSPC, "storage_full")]
)
def test_a_disk_that_fails_ends_it_and_what_was_safe_stays(
    tree, tmp_path, monkeypatch, number, reason
):
    stage = Stage(tree)
    stage.begin()
    stage.give(10)
    wait_until(lambda: stage.session.frames == 11)
    real = os.pwritev

    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pwritev", fail)
    stage.give()
    assert stage.has_ended.wait(5)
    assert stage.session.reason == reason
    monkeypatch.setattr(os, "pwritev", real)
    assert os.listdir(tmp_path) == ["a.avi"]
    tree.delete("a.avi")


def test_the_reserve_ends_it(tree, film):
    stage = Stage(tree)
    stage.begin()
    stage.give(5)
    wait_until(lambda: stage.session.frames == 6)
    tree.reserve_bytes = 1 << 60
    stage.give()
    assert stage.has_ended.wait(5)
    assert stage.session.reason == "storage_full"
    assert len(film().frames) == 6


def test_a_refused_beginning_leaves_nothing(tree, tmp_path):
    tree.reserve_bytes = 1 << 60
    with pytest.raises(InsufficientStorage):
        Stage(tree).begin()
    tree.reserve_bytes = 0
    assert os.listdir(tmp_path) == []
    (tmp_path / "a.avi").write_bytes(b"mine")
    with pytest.raises(FileExists):
        Stage(tree).begin()
    assert (tmp_path / "a.avi").read_bytes() == b"mine"


def wait_until(condition):
    give_up_s = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < give_up_s
        time.sleep(0.005)
