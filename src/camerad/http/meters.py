"""The daemon's own counters in the terms of Prometheus.

Not to be imported before somebody wants it: the Prometheus client alone takes 50 ms.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)

from camerad import __version__
from camerad.capture.status import State
from camerad.errors import CameradError
from camerad.firmware.course import Course
from camerad.frames.cameras import FedCamera
from camerad.http.metrics import Sources
from camerad.http.timings import BOUNDS_S, Timings, route_name

Read = Callable[[FedCamera], float]

CAMERA_COUNTERS: Final[list[tuple[str, str, Read]]] = [
    ("frames_captured", "Frames taken whole.", lambda fed: fed.camera.counters.frames),
    ("frames_dropped", "Frames lost in the driver.", lambda fed: fed.camera.counters.dropped),
    ("frames_broken", "Frames that held no picture.", lambda fed: fed.camera.counters.broken),
    ("frames_overrun", "Frames lost to a busy event loop.", lambda fed: fed.feed.overrun),
    ("camera_faults", "Times that the camera failed.", lambda fed: fed.camera.counters.faults),
]
CAMERA_GAUGES: Final[list[tuple[str, str, Read]]] = [
    (
        "camera_connected",
        "Whether the camera is there and works.",
        lambda fed: fed.camera.connected,
    ),
    (
        "camera_streaming",
        "Whether frames are being captured.",
        lambda fed: fed.camera.status.state is State.STREAMING,
    ),
]


class Meters:
    """Reads every counter when it is asked, in any thread; keeps none of its own."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All of it in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        sources = self._sources
        yield InfoMetricFamily("camerad_build", "What runs.", {"version": __version__})
        yield from _cameras(sources.cameras)
        yield _counter("jpeg_encodes", "Pictures encoded.", sources.encoder.encoded)
        yield from _recordings(sources)
        yield from _firmware(sources.course)
        yield from _streams(sources)
        yield from _requests(sources.timings)
        yield from _connections(sources)
        yield from _disks(sources)
        temperature_c = sources.figures.temperature_c()
        if temperature_c is not None:
            yield _gauge("temperature_celsius", "Of the hottest sensor.", temperature_c)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"camerad_{name}", text, value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"camerad_{name}", text, value)


def _cameras(cameras: Iterable[FedCamera]) -> Iterator[Metric]:
    for kind, specs in (CounterMetricFamily, CAMERA_COUNTERS), (GaugeMetricFamily, CAMERA_GAUGES):
        for name, text, read in specs:
            family = kind(f"camerad_{name}", text, labels=["camera"])
            for fed in cameras:
                family.add_metric([str(fed.id)], float(read(fed)))
            yield family


def _recordings(sources: Sources) -> Iterator[Metric]:
    yield _gauge("recording", "Whether a recording is under way.", sources.recording())
    yield _counter("recording_frames_dropped", "Pictures lost to films.", sources.unrecorded())
    yield _gauge(
        "recordings_repaired", "Films that had been cut off before the start.", sources.repaired()
    )


def _firmware(course: Course) -> Iterator[Metric]:
    yield _gauge("firmware_update", "Whether an update is under way.", course.under_way)
    yield _gauge(
        "firmware_rolled_back", "Whether the last update was given up.", bool(course.given_up())
    )


def _streams(sources: Sources) -> Iterator[Metric]:
    traffic = sources.streams.traffic
    yield _gauge("stream_clients", "Live streams that are open.", sources.streams.clients)
    yield _counter("stream_bytes", "Bytes of live streams sent.", traffic.sent_bytes)
    yield _counter("stream_parts_sent", "Pictures of live streams sent.", traffic.sent_parts)
    yield _counter(
        "stream_parts_skipped", "Pictures that slow clients were spared.", traffic.skipped_parts
    )


def _requests(timings: Timings) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "camerad_http_requests", "Requests answered.", labels=["method", "route", "status"]
    )
    for (method, route, status), count in list(timings.requests.items()):
        requests.add_metric([method, route_name(route), str(status)], count)
    yield requests
    durations = HistogramMetricFamily(
        "camerad_http_request_duration_seconds", "Time to an answer's head.", labels=["route"]
    )
    bounds = [*map(str, BOUNDS_S), "+Inf"]
    for route, counts in timings.cumulative().items():
        buckets = list(zip(bounds, counts, strict=True))
        durations.add_metric([route_name(route)], buckets, timings.seconds[route])
    yield durations


def _connections(sources: Sources) -> Iterator[Metric]:
    crowd = sources.crowd
    yield _gauge("http_connections", "Connections that are open.", len(crowd))
    yield _counter("http_connections_refused", "For want of room.", crowd.refused)
    yield _counter("http_connections_displaced", "Idle, and in the way.", crowd.displaced)
    yield _gauge("websocket_clients", "WebSockets that are open.", sources.sockets.clients)


def _disks(sources: Sources) -> Iterator[Metric]:
    size = GaugeMetricFamily("camerad_disk_size_bytes", "Of the file system.", labels=["root"])
    free = GaugeMetricFamily("camerad_disk_free_bytes", "Room that is left.", labels=["root"])
    for root in sources.roots:
        try:
            usage = sources.tree.usage(root)
        except CameradError:  # a card that is not there has no figures; all others have
            continue
        size.add_metric([root], usage.total)
        free.add_metric([root], usage.free)
    yield size
    yield free
