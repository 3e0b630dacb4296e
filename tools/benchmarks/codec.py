"""camerad's way from a YUYV buffer to a JPEG against libjpeg-turbo's own planar encode alone."""

import ctypes
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.pictures import HEIGHT, QUALITY, WIDTH
from benchmarks.table import Bar, Row
from camerad.capture.source import CaptureFormat
from camerad.frames.picture import Planes
from camerad.imaging import jpeg
from camerad.imaging.pool import BufferPool
from camerad.imaging.unpack import unpacker

Bytes = npt.NDArray[np.uint8]

_FRAMES_A_ROUND = 60
# turbojpeg.h, 2.1
_TJSAMP_422 = 1
_TJFLAG_NOREALLOC = 1024


def unpack_and_encode(pictures: Path, rounds: int, *, full_range: bool) -> Row:
    """Processor time per frame, both in this process and by turns with every frame."""
    frames = [np.fromfile(path, np.uint8) for path in sorted(pictures.glob("*.yuyv"))]
    bare = BareEncoder()
    planes = [_planes(frame) for frame in frames]
    ours = _camerads_way(full_range=full_range)
    ours_ms, bare_ms = [], []
    for _ in range(rounds):
        turns = [number % len(frames) for number in range(_FRAMES_A_ROUND)]
        costs_ms = [(_ms(bare.encode, planes[turn]), _ms(ours, frames[turn])) for turn in turns]
        # Medians, because a frame during which another process had the caches says nothing.
        bare_ms.append(statistics.median(bare for bare, _ in costs_ms))
        ours_ms.append(statistics.median(ours for _, ours in costs_ms))
    return Row(
        f"unpack and encode alone, {'full' if full_range else 'limited'} range",
        f"{statistics.median(ours_ms):.1f} ms a frame",
        f"tjCompressFromYUVPlanes: {statistics.median(bare_ms):.1f} ms a frame",
        "bare encode / camerad",
        [bare / ours for bare, ours in zip(bare_ms, ours_ms, strict=True)],
        Bar(0.85, at_least=True) if full_range else None,
    )


class BareEncoder:
    """libjpeg-turbo with a handle and an output buffer that are used again and again."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libturbojpeg.so.0")
        self._library.tjInitCompress.restype = ctypes.c_void_p
        self._handle = ctypes.c_void_p(self._library.tjInitCompress())
        self._out = np.empty(WIDTH * HEIGHT * 3, np.uint8)

    def encode(self, planes: Sequence[Bytes]) -> None:
        pointers = (ctypes.c_void_p * 3)(*(plane.ctypes.data for plane in planes))
        out = ctypes.c_void_p(self._out.ctypes.data)
        size = ctypes.c_ulong(self._out.size)
        failed = self._library.tjCompressFromYUVPlanes(
            self._handle,
            pointers,
            WIDTH,
            None,
            HEIGHT,
            _TJSAMP_422,
            ctypes.byref(out),
            ctypes.byref(size),
            QUALITY,
            _TJFLAG_NOREALLOC,
        )
        if failed:
            raise RuntimeError("libjpeg-turbo refuses the planes")


def _planes(yuyv: Bytes) -> list[Bytes]:
    luma = yuyv.reshape(HEIGHT, WIDTH, 2)[:, :, 0]
    pairs = yuyv.reshape(HEIGHT, WIDTH // 2, 4)
    return [np.ascontiguousarray(plane) for plane in (luma, pairs[:, :, 1], pairs[:, :, 3])]


def _camerads_way(*, full_range: bool) -> Callable[[Bytes], None]:
    stride = 2 * WIDTH
    fmt = CaptureFormat("YUYV", WIDTH, HEIGHT, stride, stride * HEIGHT, 30.0, full_range)
    unpack = unpacker(fmt, BufferPool().allocate)

    def convert(frame: Bytes) -> None:
        picture = unpack(frame.data)
        assert isinstance(picture, Planes)
        jpeg.encode(picture, QUALITY)

    return convert


def _ms(work: Callable[[Any], None], argument: object) -> float:
    begin_s = time.thread_time()
    work(argument)
    return 1e3 * (time.thread_time() - begin_s)
