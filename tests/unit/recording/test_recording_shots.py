"""The queue between a camera and a film, and what fills it."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest

from camerad.frames.picture import Jpeg, Planes, Subsampling
from camerad.imaging.layout import buffer_size
from camerad.recording import shots as module
from camerad.recording.shots import MAX_ENCODING, MAX_WAITING, Renderer, Shot, Shots


def shot(number=0, size=10):
    return Shot(Jpeg(bytes(size), 64, 48), float(number), Fraction(30))


def grey():
    size_bytes = buffer_size(64, 48, Subsampling.YUV420)
    return Planes(np.full(size_bytes, 100, np.uint8), 64, 48, Subsampling.YUV420)


def test_what_comes_first_goes_first():
    shots = Shots()
    for number in range(3):
        shots.put(shot(number))
    assert [shots.get(0).captured_at_s for _ in range(3)] == [0, 1, 2]
    assert shots.get(0) is None


def test_it_is_bounded_by_number_and_counts_what_it_drops():
    shots = Shots()
    for number in range(MAX_WAITING + 5):
        shots.put(shot(number))
    assert shots.dropped == 5
    assert shots.get(0).captured_at_s == 0


def test_it_is_bounded_by_size(monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 100)
    shots = Shots()
    for _ in range(3):
        shots.put(shot(size=40))
    assert shots.dropped == 1
    shots.get(0)
    shots.put(shot(size=40))
    assert shots.dropped == 1


def test_what_was_encoded_while_it_waited_counts_too(monkeypatch):
    monkeypatch.setattr(module, "MAX_WAITING_BYTES", 100)
    shots, encodings = Shots(), [Future() for _ in range(4)]
    for number, encoding in enumerate(encodings[:3]):
        shots.put(Shot(encoding, float(number), Fraction(30)))
    for encoding in encodings[:3]:
        encoding.set_result(Jpeg(bytes(60), 64, 48))
    shots.put(shot(3))
    assert shots.dropped == 1
    encodings[3].set_exception(ValueError())
    for _ in range(3):
        assert shots.get(0) is not None
    shots.put(Shot(encodings[3], 4.0, Fraction(30)))
    shots.put(shot(5, size=100))
    assert shots.dropped == 1


def test_close_wakes_who_waits_and_what_waits_can_still_be_had():
    shots = Shots()
    shots.put(shot())
    got = []
    reader = threading.Thread(target=lambda: got.extend([shots.get(10), shots.get(10)]))
    reader.start()
    shots.close()
    reader.join(5)
    assert not reader.is_alive()
    assert [each is not None for each in got] == [True, False]
    assert shots.ended
    shots.put(shot())
    assert shots.ended


@pytest.fixture
def executor():
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_a_camera_s_jpeg_passes_untouched(executor):
    own = Jpeg(b"\xff\xd8\xff\xd9", 64, 48)
    assert Renderer(executor, None).render(own) is own


def test_raw_pictures_are_encoded(executor):
    jpeg = Renderer(executor, 50).render(grey()).result()
    assert (jpeg.width, jpeg.height) == (64, 48)
    assert jpeg.data[:2] == b"\xff\xd8"


def test_never_more_than_a_few_are_under_way(executor):
    gate = threading.Event()
    executor.submit(gate.wait)
    renderer = Renderer(executor, 50)
    rendered = [renderer.render(grey()) for _ in range(MAX_ENCODING + 2)]
    assert rendered[MAX_ENCODING:] == [None, None]
    gate.set()
    for future in rendered[:MAX_ENCODING]:
        future.result(5)
    give_up_s = time.monotonic() + 5
    while renderer.render(grey()) is None:
        assert time.monotonic() < give_up_s
