"""Pictures that cost an encoder and a network what a camera's do: texture, edges and noise."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from turbojpeg import TJSAMP_422, TurboJPEG

WIDTH, HEIGHT = 1920, 1080
QUALITY = 85
COUNT = 8
_FALLOFF = 1.5
"""Amplitude over frequency f falls as f**-1.5: a scene (1.0 to 1.2) seen through a plain lens."""
_PAN = 24
"""Samples by which the scene moves from picture to picture."""
_SENSOR_NOISE = 2.0

Bytes = npt.NDArray[np.uint8]
_Field = npt.NDArray[np.float64]


def make_pictures(directory: Path) -> Path:
    """Write the pictures as \\*.yuyv and \\*.jpg (4:2:2), once; gives their directory."""
    directory.mkdir(parents=True, exist_ok=True)
    if len(list(directory.glob("*.jpg"))) == COUNT:
        return directory
    random = np.random.default_rng(seed=1)
    luma, cb, cr = _scene(random)
    for number in range(COUNT):
        noise = _SENSOR_NOISE * random.standard_normal(luma.shape)
        y = _samples(np.roll(luma, _PAN * number, axis=1) + noise)
        u, v = (_samples(np.roll(plane, _PAN * number // 2, axis=1)) for plane in (cb, cr))
        (directory / f"{number}.yuyv").write_bytes(_yuyv(y, u, v))
        (directory / f"{number}.jpg").write_bytes(_jpeg(y, u, v))
    return directory


def jpeg_size_bytes(directory: Path) -> int:
    """The mean size of the \\*.jpg."""
    return round(np.mean([path.stat().st_size for path in directory.glob("*.jpg")]))


def _scene(random: np.random.Generator) -> tuple[_Field, _Field, _Field]:
    luma = 120 + 36 * _texture(random)
    for _ in range(24):
        top, left = random.integers(HEIGHT), random.integers(WIDTH)
        height, width = random.integers(20, HEIGHT // 3), random.integers(20, WIDTH // 4)
        luma[top : top + height, left : left + width] += random.integers(-60, 60)
    half = slice(None, None, 2)
    cb, cr = (128 + 14 * _texture(random)[:, half] for _ in range(2))
    return luma, cb, cr


def _texture(random: np.random.Generator) -> _Field:
    """Noise with the spectrum of a natural scene, of mean 0 and deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(HEIGHT)[:, None], np.fft.rfftfreq(WIDTH))
    frequency[0, 0] = np.inf
    phases = random.standard_normal(frequency.shape) + 1j * random.standard_normal(frequency.shape)
    field: _Field = np.fft.irfft2(phases / frequency**_FALLOFF, (HEIGHT, WIDTH))
    field /= field.std()
    return field


def _samples(field: _Field) -> Bytes:
    return np.clip(field, 0, 255).astype(np.uint8)


def _yuyv(y: Bytes, u: Bytes, v: Bytes) -> bytes:
    packed = np.empty((HEIGHT, WIDTH, 2), np.uint8)
    packed[:, :, 0] = y
    packed[:, 0::2, 1] = u
    packed[:, 1::2, 1] = v
    return packed.tobytes()


def _jpeg(y: Bytes, u: Bytes, v: Bytes) -> bytes:
    planes = np.concatenate([y.ravel(), u.ravel(), v.ravel()])
    return bytes(TurboJPEG().encode_from_yuv(planes, HEIGHT, WIDTH, QUALITY, TJSAMP_422))
