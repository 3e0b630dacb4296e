import os
import shutil
import socket
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from camerad.system import figures as module
from camerad.system.figures import MIB, Figures, Space, primary_address
from camerad.system.interfaces import LinkFlags


@pytest.fixture
def figures():
    return Figures()


def test_space_adds_up():
    space = Space.of_bytes(1000 * MIB + 5, 400 * MIB - 1)
    assert (space.total, space.available, space.used) == (1000, 399, 601)


def test_memory_is_the_kernels(figures):
    total_kib = int(Path("/proc/meminfo").read_text().split()[1])
    memory = figures.memory()
    assert memory.total == total_kib // 1024
    assert 0 < memory.available < memory.total
    assert memory.used == memory.total - memory.available


def test_uptime_counts_whole_seconds(figures, monkeypatch):
    assert figures.uptime_s() == 0
    monkeypatch.setattr(time, "monotonic", lambda: figures.started_at_s + 3599.9)
    assert figures.uptime_s() == 3599


async def test_cpu_usage_is_a_percentage_and_asked_again_costs_nothing(figures, monkeypatch):
    first = await figures.cpu_percent()
    assert 0 <= first <= 100
    monkeypatch.setattr(psutil, "cpu_percent", lambda: pytest.fail("sampled again"))
    assert await figures.cpu_percent() == first


async def test_cpu_usage_is_of_the_time_since_the_last_question(figures, monkeypatch):
    await figures.cpu_percent()
    monkeypatch.setattr(module, "CPU_FRESH_S", 0.0)
    monkeypatch.setattr(psutil, "cpu_percent", lambda: 42.5)
    started_s = time.monotonic()
    assert await figures.cpu_percent() == 42.5
    assert time.monotonic() - started_s < module.CPU_SAMPLE_S


@pytest.mark.parametrize(
    ("sensors", "temperature"),
    [
        ({}, None),
        ({"empty": []}, None),
        ({"soc": [45.23]}, 45.2),
        ({"board": [30.0, 31.0], "cpu": [61.5, 58.0]}, 61.5),
    ],
)
def test_the_temperature_is_of_the_hottest_sensor(figures, monkeypatch, sensors, temperature):
    groups = {
        name: [SimpleNamespace(current=reading) for reading in readings]
        for name, readings in sensors.items()
    }
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: groups)
    assert figures.temperature_c() == temperature


def test_the_temperature_of_this_machine_is_real_or_none(figures):
    temperature = figures.temperature_c()
    assert temperature is None or -50 < temperature < 150


def test_the_link_names_this_host(figures):
    link = figures.link()
    assert link.hostname == socket.gethostname()
    assert link.connected == (link.ip is not None)


def addresses(**by_interface):
    return {
        name: [SimpleNamespace(family=socket.AF_INET, address=address)]
        for name, address in by_interface.items()
    }


@pytest.mark.parametrize(
    ("interfaces", "up", "address"),
    [
        ({"lo": "127.0.0.1"}, ["lo"], None),
        ({"lo": "127.0.0.1", "eth0": "192.0.2.7"}, ["lo", "eth0"], "192.0.2.7"),
        ({"eth0": "192.0.2.7", "wlan0": "192.0.2.8"}, ["wlan0"], "192.0.2.8"),
        ({}, [], None),
    ],
)
def test_without_a_route_it_is_the_address_of_what_is_up(monkeypatch, interfaces, up, address):
    class NoRoute(socket.socket):
        def connect(self, _address):
            raise OSError(101, os.strerror(101))

    monkeypatch.setattr(socket, "socket", NoRoute)
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: addresses(**interfaces))
    running = LinkFlags.UP | LinkFlags.RUNNING
    flags = dict.fromkeys(up, running)
    monkeypatch.setattr(module, "link_flags", lambda name: flags.get(name, LinkFlags(0)))
    assert primary_address() == address


def test_disk_figures_agree_with_the_system(tmp_path):
    usage = shutil.disk_usage(tmp_path)
    space = Space.of_bytes(usage.total, usage.free)
    assert space.total == space.available + space.used
