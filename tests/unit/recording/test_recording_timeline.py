"""Where frames stand in a film, by when they were captured."""

import random
from fractions import Fraction

import pytest

from camerad.recording.timeline import Timeline

RATE = Fraction(30)


def places(times_s, timeline=None):
    """The frames' places in the film; None for one that has none."""
    timeline = timeline or Timeline(RATE)
    found, length = [], 0
    for time_s in times_s:
        missing = timeline.place(time_s)
        if missing is None:
            found.append(None)
            continue
        found.append(length + missing)
        length += missing + 1
    return found


def test_a_steady_camera_fills_every_place():
    assert places(100 + n / 30 for n in range(200)) == list(range(200))


@pytest.mark.parametrize("seed", range(5))
def test_jitter_leaves_no_hole(seed):
    rng = random.Random(seed)
    times = [n / 30 + rng.uniform(-0.3, 0.3) / 30 for n in range(2000)]
    assert places(times) == list(range(2000))


def test_what_the_camera_skipped_is_missing():
    times = [n / 30 for n in range(100) if n % 10 not in (3, 4, 5)]
    assert places(times) == [n for n in range(100) if n % 10 not in (3, 4, 5)]


def test_a_long_absence_takes_its_time():
    assert places([0, 1 / 30, 3600]) == [0, 1, 108_000]


def test_half_the_rate_stands_at_every_second_place():
    assert places(n / 15 for n in range(100)) == [2 * n for n in range(100)]


@pytest.mark.parametrize("real_fps", [30.02, 30.2])
def test_a_camera_that_is_a_little_faster_loses_nothing_and_time_stays_true(real_fps):
    timeline = Timeline(RATE)
    found = places((n / real_fps for n in range(20_000)), timeline)
    assert found == list(range(20_000))
    assert 20_000 / timeline.rate_fps == pytest.approx(20_000 / real_fps, abs=0.1)


def test_a_camera_that_is_a_little_slower_loses_nothing_and_time_stays_true():
    found = places(n / 29.9 for n in range(20_000))
    assert found[-1] == pytest.approx(19_999 / 29.9 * 30, abs=1)


def test_a_camera_that_is_far_too_fast_is_thinned_out():
    timeline = Timeline(RATE)
    found = places((n / 60 for n in range(2000)), timeline)
    kept = sum(place is not None for place in found)
    assert kept / timeline.rate_fps == pytest.approx(2000 / 60, abs=0.1)


def test_frames_of_one_instant_do_not_divide_by_it():
    assert places([5, 5, 5])[-1] is None


def test_time_passes_without_frames():
    timeline = Timeline(RATE)
    assert timeline.missing_until(50) == 0
    timeline.place(100)
    assert timeline.missing_until(101) == 29
    assert timeline.missing_until(101) == 0
    assert timeline.place(101.0) == 0
