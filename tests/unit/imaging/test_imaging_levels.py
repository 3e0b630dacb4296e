import numpy as np
import pytest

from camerad.imaging import levels
from camerad.imaging.levels import RangeExpansion

EVERY_VALUE = np.arange(256)


def exact(values, zero, span, centre):
    return np.clip(np.rint((values - zero) * 255 / span + centre), 0, 255)


def test_luma_is_exact_to_one():
    samples = EVERY_VALUE.astype(np.uint8)
    RangeExpansion().luma(samples)
    assert np.abs(samples - exact(EVERY_VALUE, 16, 219, 0)).max() <= 1


def test_chroma_is_exact_to_one():
    samples = EVERY_VALUE.astype(np.uint8)
    RangeExpansion().chroma(samples)
    assert np.abs(samples - exact(EVERY_VALUE, 128, 224, 128)).max() <= 1


@pytest.mark.parametrize(
    ("kind", "limited", "full"),
    [
        ("luma", 16, 0),
        ("luma", 235, 255),
        ("luma", 0, 0),
        ("luma", 255, 255),
        ("chroma", 128, 128),
        ("chroma", 16, 0),
        ("chroma", 240, 255),
        ("chroma", 0, 0),
        ("chroma", 255, 255),
    ],
)
def test_anchors_are_exact(kind, limited, full):
    samples = np.array([limited], np.uint8)
    getattr(RangeExpansion(), kind)(samples)
    assert samples[0] == full


@pytest.mark.parametrize("kind", ["luma", "chroma"])
def test_brighter_never_becomes_darker(kind):
    samples = EVERY_VALUE.astype(np.uint8)
    getattr(RangeExpansion(), kind)(samples)
    assert (np.diff(samples.astype(int)) >= 0).all()


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000])
def test_blocks_cover_every_sample(monkeypatch, size):
    monkeypatch.setattr(levels, "_BLOCK_BYTES", 256)
    samples = np.full(size, 235, np.uint8)
    RangeExpansion().luma(samples)
    assert (samples == 255).all()
