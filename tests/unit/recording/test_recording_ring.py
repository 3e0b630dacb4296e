"""The last moments of a camera, in memory."""

from concurrent.futures import Future
from fractions import Fraction

import pytest

from camerad.frames.picture import Jpeg
from camerad.recording.ring import Ring
from camerad.recording.shots import Shot


def shot(at_s, size=10, jpeg=None):
    return Shot(jpeg or Jpeg(bytes(size), 64, 48), float(at_s), Fraction(30))


def times(ring, begin_s=0):
    return [each.captured_at_s for each in ring.since(begin_s)]


@pytest.mark.parametrize(
    ("length_s", "size_bytes", "kept"),
    [(3, 1000, [6, 7, 8, 9]), (100, 25, [8, 9]), (0.5, 1000, [9]), (3, 5, [])],
)
def test_it_is_bounded_by_time_and_by_size(length_s, size_bytes, kept):
    ring = Ring(length_s, size_bytes)
    for at_s in range(10):
        ring.put(shot(at_s))
    assert times(ring) == kept


def test_it_goes_back_as_far_as_is_asked():
    ring = Ring(10, 1000)
    for at_s in range(5):
        ring.put(shot(at_s))
    assert times(ring, 2.5) == [3, 4]


def test_what_is_being_encoded_keeps_its_place():
    ring = Ring(10, 1000)
    slow, broken = Future(), Future()
    ring.put(shot(0, jpeg=slow))
    ring.put(shot(1))
    ring.put(shot(2, jpeg=broken))
    assert times(ring) == [0, 1, 2]
    slow.set_result(Jpeg(b"x", 64, 48))
    broken.set_exception(ValueError())
    ring.put(shot(3))
    assert times(ring) == [0, 1, 3]
    assert ring.since(0)[0].jpeg.data == b"x"


def test_what_is_forgotten_is_not_counted():
    ring = Ring(10, 25)
    for at_s in range(3):
        ring.put(shot(at_s))
    ring.clear()
    assert times(ring) == []
    for at_s in range(3, 5):
        ring.put(shot(at_s))
    assert times(ring) == [3, 4]
