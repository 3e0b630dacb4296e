"""The figures for Prometheus: its own parser reads them, and they say what happened."""

import re
import time

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

NAMES = {
    "camerad_build_info",
    "camerad_frames_captured",
    "camerad_frames_dropped",
    "camerad_frames_broken",
    "camerad_frames_overrun",
    "camerad_camera_faults",
    "camerad_camera_connected",
    "camerad_camera_streaming",
    "camerad_jpeg_encodes",
    "camerad_recording",
    "camerad_recording_frames_dropped",
    "camerad_recordings_repaired",
    "camerad_stream_clients",
    "camerad_stream_bytes",
    "camerad_stream_parts_sent",
    "camerad_stream_parts_skipped",
    "camerad_disk_size_bytes",
    "camerad_disk_free_bytes",
    "camerad_http_requests",
    "camerad_http_request_duration_seconds",
    "camerad_http_connections",
    "camerad_http_connections_refused",
    "camerad_http_connections_displaced",
    "camerad_websocket_clients",
    "process_cpu_seconds",
    "process_resident_memory_bytes",
}


def scrape(served, role="viewer"):
    return requests.get(f"{served.url}/metrics", headers=served.headers(role), timeout=10)


@pytest.fixture
def figures(served):
    """`figures()` gives the value of every sample by its name and labels."""

    def figures():
        families = text_string_to_metric_families(scrape(served).text)
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }

    return figures


def test_it_is_for_viewers(served):
    assert requests.get(f"{served.url}/metrics", timeout=10).status_code == 401
    answer = scrape(served)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_all_names_are_there_and_follow_the_conventions(served):
    families = list(text_string_to_metric_families(scrape(served).text))
    assert {family.name for family in families} >= NAMES
    for family in families:
        assert family.documentation, family.name
        assert re.fullmatch(r"(camerad|process)_[a-z_]+", family.name)
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)


def test_a_picture_is_counted(served, figures):
    before = figures()
    assert requests.get(
        f"{served.url}/image?quality=33", headers=served.headers("viewer"), timeout=10
    ).ok
    after = figures()
    encodes = ("camerad_jpeg_encodes_total",)
    answers = ("camerad_http_requests_total", ("method", "GET"), ("route", "/image"))
    assert after[encodes] > before[encodes]
    assert after[*answers, ("status", "200")] == before.get((*answers, ("status", "200")), 0) + 1
    assert after["camerad_frames_captured_total", ("camera", "0")] > 0


def test_cameras_are_told_apart(figures):
    now = figures()
    assert now["camerad_camera_connected", ("camera", "0")] == 1
    assert now["camerad_camera_connected", ("camera", "1")] == 0


def test_a_stream_is_counted_while_it_is_open(served, figures):
    before = figures()
    with requests.get(
        f"{served.url}/stream", headers=served.headers("viewer"), stream=True, timeout=10
    ) as answer:
        size = sum(len(answer.raw.read(4096)) for _ in range(5))
        during = figures()
        assert during["camerad_stream_clients",] == 1
        sent = during["camerad_stream_bytes_total",] - before["camerad_stream_bytes_total",]
        assert sent >= size
        assert during["camerad_stream_parts_sent_total",] > 0
    deadline_s = time.monotonic() + 10
    while figures()["camerad_stream_clients",]:
        assert time.monotonic() < deadline_s
    assert figures()["camerad_stream_bytes_total",] >= during["camerad_stream_bytes_total",]


def test_the_histogram_holds_together(served, figures):
    for _ in range(10):
        requests.get(f"{served.url}/health", timeout=10)
    now = figures()
    name, route = "camerad_http_request_duration_seconds", ("route", "/health")
    buckets = {
        dict(labels)["le"]: value
        for (sample, *labels), value in now.items()
        if sample == f"{name}_bucket" and route in labels
    }
    counts = [buckets[bound] for bound in sorted(buckets, key=float)]
    assert counts == sorted(counts)
    assert counts[-1] == now[f"{name}_count", route] >= 10
    assert 0 < now[f"{name}_sum", route] < 10


def test_no_client_can_add_a_series(served, figures):
    def series():
        return {key for key in figures() if key[0].startswith("camerad_http")}

    requests.get(f"{served.url}/nothing", timeout=10)
    requests.request("MADEUP", f"{served.url}/nothing", timeout=10)
    figures()
    before = series()
    for number in range(20):
        requests.get(f"{served.url}/nothing/{number}?a={number}", timeout=10)
        requests.request(f"MADEUP{number}", f"{served.url}/nothing", timeout=10)
        requests.get(f"{served.url}/web/app.js?{number}", timeout=10)
    requests.get(f"{served.url}/web/nothing", timeout=10)
    added = {key for key in series() - before if ("route", "/web/{name}") not in key}
    assert added == set()
