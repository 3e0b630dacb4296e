"""Streams, films and WebSockets ride through what happens to their camera."""

import asyncio
import json
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from usb_bus import UsbBus, holdings
from websockets.sync.client import connect

from film_readers import assert_plays
from live_stream import LiveStream

CYCLES = int(os.environ.get("CAMERAD_HOTPLUG_CYCLES", "4"))
"""How often the plug is pulled; a long run asks for hundreds."""
BACK_S = 1.5
NOISE_S = 1.0
"""What a busy machine may add."""


class Watcher:
    """A client of /stream, in a thread: what it has seen, and when."""

    def __init__(self, device):
        self.parts = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._watch(device)])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def newest(self):
        return self.parts[-1].sequence if self.parts else 0

    async def _watch(self, device):
        async with LiveStream(device.process) as stream:
            while not self._ended.is_set():
                self.parts.append(await stream.part())


@contextmanager
def camera_events(device):
    """A WebSocket that hears of cameras."""
    url = device.process.url.replace("http", "ws") + "/ws"
    with connect(url, additional_headers=device.process.headers("viewer")) as socket:
        socket.send(json.dumps({"type": "subscribe", "event": "camera_events", "id": 1}))
        while json.loads(socket.recv(10))["type"] != "response":
            pass
        yield socket


def next_event(socket):
    while (message := json.loads(socket.recv(10)))["type"] != "camera_event":
        pass
    return message["event"], message["camera"], message["device"]


def test_all_ride_through_replugs_under_changing_nodes(plugged, folder):
    nodes = (70, 71)
    bus = UsbBus(folder, *nodes)
    bus.plug(nodes[0], "1-1", "A")
    device = plugged(bus)
    device.until_seen()
    assert device.call("POST", "/api/recording/start", json={"filename": "film.avi"}).ok
    took_s, counts = [], []
    with camera_events(device) as socket, Watcher(device) as first, Watcher(device) as second:
        for cycle in range(CYCLES):
            here, there = nodes[cycle % 2], nodes[(cycle + 1) % 2]
            bus.pull(here)
            event = next_event(socket)
            assert event == ("camera_disconnected", 0, f"/dev/video{here}")
            device.until(lambda: device.nodes() == {})
            seen = [watcher.newest() for watcher in (first, second)]
            bus.plug(there, "1-1", "A")
            for watcher, last in zip((first, second), seen, strict=True):
                took_s.append(device.until(lambda w=watcher, n=last: w.newest() > n + 1))
            assert next_event(socket) == ("camera_connected", 0, f"/dev/video{there}")
            assert device.call("GET", "/api/recording/status").json()["recording"]
            counts.append(holdings(device.process.pid))
    assert device.call("POST", "/api/recording/stop").ok
    assert_plays(device.process.state / "media" / "recordings" / "film.avi")
    print(  # noqa: T201 - what a long run is for
        f"{CYCLES} cycles: new picture after at most {max(took_s):.2f} s; {counts[0]} {counts[-1]}"
    )
    assert max(took_s) < BACK_S + NOISE_S
    assert counts[-1]["buffers"] == counts[0]["buffers"]
    assert counts[-1]["threads"] <= counts[0]["threads"] + 1  # a pool may still have been growing
    assert counts[-1]["descriptors"] <= counts[0]["descriptors"] + 1


TROUBLES = {
    "an error of the stream": ("fatal_after", "reports an error"),
    "another signal": ("source_change_after", "another resolution"),
}


@pytest.mark.parametrize(("option", "reason"), TROUBLES.values(), ids=TROUBLES)
def test_a_stream_that_breaks_goes_on(plugged, folder, option, reason):
    bus = UsbBus(folder, 70, options={option: 20})
    bus.plug(70, "1-1", "A")
    device = plugged(bus)
    device.until(lambda: device.nodes() == {0: "/dev/video70"})
    with camera_events(device) as socket, Watcher(device) as watcher:
        assert next_event(socket)[0] == "camera_disconnected"
        broken_at = watcher.newest()
        assert next_event(socket)[0] == "camera_connected"
        device.until(lambda: watcher.newest() > broken_at + 1)
    assert reason in device.process.log()


def test_a_camera_that_another_program_uses(plugged, folder, tmp_path):
    busy = tmp_path / "busy"
    busy.touch()
    bus = UsbBus(folder, 70, options={"busy_while": busy})
    bus.plug(70, "1-1", "A")
    device = plugged(bus)
    device.until(lambda: device.cameras()[0].get("state") == "fault")
    assert "busy: another process holds it" in device.cameras()[0]["reason"]
    answer = device.picture()
    assert (answer.status_code, "busy" in answer.json()["error"]["details"]) == (503, True)
    before = holdings(device.process.pid)
    failures = device.process.log().count("busy")
    time.sleep(2.5)  # two more attempts
    assert holdings(device.process.pid)["descriptors"] <= before["descriptors"]
    assert device.process.log().count("busy") == failures == 1
    busy.unlink()
    assert device.until_seen() < BACK_S + NOISE_S
    assert Path(f"/proc/{device.process.pid}").exists()
