"""sd_notify(3) on a real datagram socket."""

import asyncio
import os
import socket
import time

import pytest

from camerad.system.notify import ServiceManager


class Listener:
    """What systemd is to camerad."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)
        self.address = address

    def heard(self):
        messages = []
        while True:
            try:
                messages.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return messages


@pytest.fixture(params=["path", "abstract"])
def listener(request, tmp_path):
    name = f"@camerad-test-{os.getpid()}"
    listener = Listener(str(tmp_path / "notify") if request.param == "path" else name)
    yield listener
    listener.socket.close()


@pytest.fixture(autouse=True)
def _no_manager(monkeypatch):
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)


def test_ready_and_stopping(listener, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", listener.address)
    manager = ServiceManager()
    manager.ready("Serving http://192.0.2.7:8080/")
    manager.stopping()
    assert listener.heard() == ["READY=1\nSTATUS=Serving http://192.0.2.7:8080/", "STOPPING=1"]


def test_without_a_manager_nothing_happens(caplog):
    ServiceManager().ready("Serving")
    assert caplog.messages == []


def test_a_manager_that_has_gone_is_no_reason_to_end(tmp_path, caplog):
    ServiceManager(str(tmp_path / "gone")).ready("Serving")
    assert caplog.messages == [
        "The service manager cannot be told: [Errno 2] No such file or directory"
    ]


async def test_the_watchdog_is_fed_at_half_its_period(listener, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "40000")
    started_s = time.monotonic()
    feeding = asyncio.create_task(ServiceManager(listener.address).watchdog(lambda: True))
    heard = []
    async with asyncio.timeout(5):
        while len(heard) < 6:
            heard += listener.heard()
            await asyncio.sleep(0.001)
    feeding.cancel()
    assert set(heard) == {"WATCHDOG=1"}
    assert 5 * 0.02 <= time.monotonic() - started_s < 1


def test_a_manager_that_hangs_is_not_waited_for(listener, caplog):
    manager = ServiceManager(listener.address)
    while not caplog.messages:
        manager.stopping()
    assert "temporarily unavailable" in caplog.text


async def test_a_daemon_that_hangs_starves_it(listener, monkeypatch, caplog):
    monkeypatch.setenv("WATCHDOG_USEC", "2000")
    alive = [True]
    feeding = asyncio.create_task(ServiceManager(listener.address).watchdog(lambda: alive[0]))
    async with asyncio.timeout(5):
        while not listener.heard():
            await asyncio.sleep(0.001)
        alive[0] = False
        while not caplog.messages:
            await asyncio.sleep(0.001)
    listener.heard()
    await asyncio.sleep(0.01)
    assert listener.heard() == []
    assert "watchdog" in caplog.text
    feeding.cancel()


@pytest.mark.parametrize(("usec", "address"), [(None, "@x"), ("0", "@x"), ("1000", None)])
async def test_without_a_watchdog_nothing_is_fed(monkeypatch, usec, address):
    if usec:
        monkeypatch.setenv("WATCHDOG_USEC", usec)
    async with asyncio.timeout(1):
        await ServiceManager(address).watchdog(lambda: pytest.fail("asked"))


async def test_a_watchdog_of_another_process_is_not_ours(listener, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "1000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    async with asyncio.timeout(1):
        await ServiceManager(listener.address).watchdog(lambda: True)
    assert listener.heard() == []
