import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from camerad.frames.frame import Frame
from camerad.frames.picture import Jpeg, Planes, Subsampling
from camerad.imaging import jpeg
from camerad.imaging.encoder import DEFAULT_QUALITY, Encoder
from camerad.imaging.layout import buffer_size


@pytest.fixture
def executor():
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture
def encoder(executor):
    return Encoder(executor)


def raw(number=1):
    noise = np.random.default_rng(7).integers(0, 256, buffer_size(64, 48, Subsampling.YUV422))
    return Frame(0, number, 1.0, Planes(noise.astype(np.uint8), 64, 48, Subsampling.YUV422))


@pytest.fixture
def own():
    """A frame of a camera that makes JPEGs itself."""
    return Frame(0, 1, 1.0, jpeg.encode(raw().picture, 95))


async def test_a_cameras_own_jpeg_passes_untouched(encoder, own):
    assert await encoder.jpeg(own, None) is own.picture
    assert encoder.ready(own, None) is own.picture
    assert encoder.encoded == 0


async def test_it_is_encoded_anew_where_a_quality_is_asked(encoder, own):
    assert encoder.ready(own, 30) is None
    made = await encoder.jpeg(own, 30)
    assert len(made.data) < len(own.picture.data)
    assert (made.width, made.height) == (64, 48)


async def test_a_raw_picture_gets_the_default_quality(encoder):
    frame = raw()
    assert encoder.ready(frame, None) is None
    made = await encoder.jpeg(frame, None)
    assert made.data == jpeg.encode(frame.picture, DEFAULT_QUALITY).data
    assert await encoder.jpeg(frame, DEFAULT_QUALITY) is made


async def test_each_frame_is_encoded_once_per_quality(encoder):
    frames = [raw(1), raw(2)]
    asking = [encoder.jpeg(frame, quality) for frame in frames for quality in (50, 90, 50) * 5]
    made = await asyncio.gather(*asking)
    assert len({id(each) for each in made}) == encoder.encoded == 4


async def test_the_event_loop_goes_on_meanwhile(encoder, monkeypatch):
    release = threading.Event()

    def encode(picture, _quality):
        release.wait(5)
        return Jpeg(b"done", picture.width, picture.height)

    monkeypatch.setattr(jpeg, "encode", encode)
    asking = asyncio.ensure_future(encoder.jpeg(raw(), 50))
    await asyncio.sleep(0.01)
    assert not asking.done()
    release.set()
    assert (await asking).data == b"done"


async def test_who_hangs_up_cancels_nobody_else(encoder, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(jpeg, "encode", lambda *_: release.wait(5) and Jpeg(b"done", 8, 8))
    frame = raw()
    first, second = (asyncio.ensure_future(encoder.jpeg(frame, 50)) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    release.set()
    assert (await second).data == b"done"
    assert first.cancelled()


async def test_what_fails_fails_for_all_and_leaves_no_noise(encoder, monkeypatch, caplog):
    release = threading.Event()

    def encode(*_):
        release.wait(5)
        raise ValueError("bad picture")

    monkeypatch.setattr(jpeg, "encode", encode)
    frame = raw()
    asking = [asyncio.ensure_future(encoder.jpeg(frame, 50)) for _ in range(3)]
    await asyncio.sleep(0.01)
    asking[0].cancel()
    release.set()
    results = await asyncio.gather(*asking[1:], return_exceptions=True)
    assert [str(result) for result in results] == ["bad picture"] * 2
    del frame, results, asking
    gc.collect()
    assert caplog.messages == []
