"""Recording: what it costs beside FFmpeg, and how much a small machine can record at once."""

import contextlib
import json
import os
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.cpu import cpu_s
from benchmarks.pictures import HEIGHT, WIDTH
from benchmarks.servers import (
    FPS,
    Server,
    camerad_server,
    free_port,
    fresh_state,
    machine_camera,
    process,
    serve_command,
    wait_for_picture,
)
from benchmarks.table import Bar, Row
from benchmarks.watching import watch
from standin import Camera, environment

_CONFIG = """
[limits]
enabled = false
[stream]
max_clients = 200
"""
_SETTLE_S = 2.0
_CAMERAS, _CLIENTS = 4, 10


def record(pictures: Path, rounds: int, seconds: float) -> list[Row]:
    """Processor time of a camera's own JPEGs on their way into a file, which camerad makes safe
    every second, and FFmpeg never.
    """
    camera = machine_camera("MJPG", pictures)
    ours, from_stream, from_camera = [], [], []
    for _ in range(rounds):
        from_stream.append(_ffmpeg_ms_a_frame(_stream(pictures), {}, seconds))
        ours.append(_camerad_ms_a_frame(camera, seconds))
        from_camera.append(_ffmpeg_ms_a_frame(_device(camera), environment(camera), seconds))
    return [
        _row("`ffmpeg -f mjpeg -c copy`", ours, from_stream, Bar(1.0, at_least=False)),
        _row("`ffmpeg -f v4l2 -c copy`", ours, from_camera, None),
    ]


def crowd(pictures: Path, seconds: float) -> Row:
    """Frames that are missing in any of the films, or that a driver could not get rid of."""
    cameras = [
        replace(machine_camera("MJPG", pictures), number=70 + number) for number in range(_CAMERAS)
    ]
    with _camerad(cameras) as server:
        for number in range(_CAMERAS):
            _post(server, f"/api/recording/start?camera={number}")
        before = _counts(server)
        watched = watch(server, _CLIENTS, seconds)
        after = _counts(server)
    dropped, captured = (
        sum(after[name] - before[name] for name in names)
        for names in (("frames_dropped", "recording_frames_dropped"), ("frames_captured",))
    )
    return Row(
        f"{_CAMERAS} cameras of 1080p30 MJPEG recorded, the first watched by {_CLIENTS} clients",
        f"{captured:.0f} frames recorded, {watched.frames} shown",
        f"{os.cpu_count()} processors",
        "frames dropped",
        [dropped],
        Bar(0, at_least=False),
    )


def _camerad_ms_a_frame(camera: Camera, seconds: float) -> float:
    with _camerad([camera]) as server:
        _post(server, "/api/recording/start")
        return _ms_a_frame(server.pid, seconds)


def _row(other: str, ours: Sequence[float], theirs: Sequence[float], bar: Bar | None) -> Row:
    return Row(
        "1080p30 MJPEG recorded",
        f"{statistics.median(ours):.2f} ms a frame",
        f"{other}: {statistics.median(theirs):.2f} ms a frame",
        "camerad / FFmpeg",
        [our / their for our, their in zip(ours, theirs, strict=True)],
        bar,
    )


def _stream(pictures: Path) -> list[str]:
    """The same pictures one behind the other, as fast as a camera gives them."""
    every = "|".join(map(str, sorted(pictures.glob("*.jpg"))))
    paced = ["-re", "-stream_loop", "-1", "-framerate", str(FPS)]
    return ["-f", "mjpeg", *paced, "-i", f"concat:{every}"]


def _device(camera: Camera) -> list[str]:
    mode = ["-video_size", f"{WIDTH}x{HEIGHT}", "-framerate", str(FPS)]
    return ["-f", "v4l2", "-input_format", "mjpeg", *mode, "-i", camera.path]


def _ffmpeg_ms_a_frame(source: Sequence[str], added: Mapping[str, str], seconds: float) -> float:
    with tempfile.TemporaryDirectory(prefix="camerad-bench-") as folder:
        film = f"{folder}/film.avi"
        command = ["ffmpeg", "-nostdin", "-v", "error", *source, "-c", "copy", film]
        with process(command, added) as pid:
            return _ms_a_frame(pid, seconds)


def _ms_a_frame(pid: int, seconds: float) -> float:
    """Of a camera that gives ``FPS`` frames a second."""
    time.sleep(_SETTLE_S)
    before_s = cpu_s(pid)
    time.sleep(seconds)
    return 1e3 * (cpu_s(pid) - before_s) / (seconds * FPS)


@contextmanager
def _camerad(cameras: Sequence[Camera]) -> Iterator[Server]:
    with fresh_state("operator") as (state, token), contextlib.ExitStack() as stack:
        (state / "bench.toml").write_text(_CONFIG)
        specs = [f"{each.path}:MJPG:{WIDTH}x{HEIGHT}@{FPS}" for each in cameras]
        command = serve_command(state, port := free_port(), specs[0])
        command += [word for spec in specs[1:] for word in ("--camera", spec)]
        command += ["--config", str(state / "bench.toml"), "--https-port=0"]
        pid = stack.enter_context(process(command, environment(*cameras)))
        server = camerad_server(pid, port, token)
        wait_for_picture(server)
        yield server


def _post(server: Server, path: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", method="POST", headers=_authorization(server)
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.load(answer)["success"]


def _counts(server: Server) -> Mapping[str, float]:
    """Its counters, each summed up over all cameras."""
    url = f"http://127.0.0.1:{server.port}/metrics"
    request = urllib.request.Request(url, headers=_authorization(server))
    counts: dict[str, float] = {}
    with urllib.request.urlopen(request, timeout=20) as answer:
        for line in answer.read().decode().splitlines():
            name, _, value = line.rpartition(" ")
            if name.startswith("camerad_"):
                name = name.partition("{")[0].removeprefix("camerad_").removesuffix("_total")
                counts[name] = counts.get(name, 0) + float(value)
    return counts


def _authorization(server: Server) -> dict[str, str]:
    name, _, value = server.headers.strip().partition(": ")
    return {name: value}
