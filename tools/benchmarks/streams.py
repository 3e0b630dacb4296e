"""camerad against µStreamer, with the same camera: encoding, and serving many clients."""

import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks.pictures import jpeg_size_bytes
from benchmarks.servers import camerad, machine_camera, microstreamer
from benchmarks.table import Bar, Row
from benchmarks.watching import Watch, watch
from standin import Camera


def encode(pictures: Path, rounds: int, seconds: float, quantization: str) -> Row:
    """Processor time per frame from a YUYV camera to one client. Of limited range camerad makes
    the full range that JFIF wants; µStreamer does not.
    """
    camera = machine_camera("YUYV", pictures, quantization)
    ours, theirs = _take_turns(camera, rounds, clients=1, seconds=seconds)
    return Row(
        f"1080p30 YUYV to JPEG q85, {quantization} range",
        _ms_a_frame(ours, "4:2:2"),
        f"µStreamer, 1 worker: {_ms_a_frame(theirs, '4:2:0')}",
        "µStreamer / camerad",
        [their.ms_a_frame / our.ms_a_frame for our, their in zip(ours, theirs, strict=True)],
        Bar(2.2, at_least=True) if quantization == "full" else None,
    )


def fan_out(pictures: Path, rounds: int, seconds: float, clients: int) -> Row:
    """Processor time per gigabyte that clients of an MJPEG camera have received."""
    ours, theirs = _take_turns(machine_camera("MJPG", pictures), rounds, clients, seconds)
    return Row(
        f"1080p30 MJPEG to clients: {clients} ({jpeg_size_bytes(pictures) // 1000} KB a frame)",
        _s_a_gigabyte(ours),
        f"µStreamer: {_s_a_gigabyte(theirs)}",
        "camerad / µStreamer",
        [our.s_a_gigabyte / their.s_a_gigabyte for our, their in zip(ours, theirs, strict=True)],
        Bar(0.5, at_least=False) if clients == 50 else None,
    )


def _take_turns(
    camera: Camera, rounds: int, clients: int, seconds: float
) -> tuple[list[Watch], list[Watch]]:
    """Each round starts one server after the other: they never share the machine."""
    ours, theirs = [], []
    for _ in range(rounds):
        with microstreamer(camera) as server:
            theirs.append(watch(server, clients, seconds))
        with camerad(camera) as server:
            ours.append(watch(server, clients, seconds))
    return ours, theirs


def _median(watches: list[Watch], figure: Callable[[Watch], float]) -> float:
    return statistics.median(map(figure, watches))


def _ms_a_frame(watches: list[Watch], subsampling: str) -> str:
    ms = _median(watches, lambda watch: watch.ms_a_frame)
    size = _median(watches, lambda watch: watch.kilobytes_a_frame)
    return f"{ms:.1f} ms a frame ({subsampling}, {size:.0f} KB)"


def _s_a_gigabyte(watches: list[Watch]) -> str:
    seconds = _median(watches, lambda watch: watch.s_a_gigabyte)
    missed = sum(watch.missed for watch in watches)
    frames = sum(watch.frames for watch in watches)
    return f"{seconds:.2f} s a GB; {missed} of {frames + missed} frames missed"
