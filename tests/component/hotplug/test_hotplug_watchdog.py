"""The service manager's watchdog, fed by the truth: it starves when a driver or the process hangs,
and at no other time.
"""

import os
import signal
import socket
import time
from contextlib import contextmanager

import pytest
from usb_bus import UsbBus

PERIOD_S = 1.0
HANG_S = 10.0
"""What camerad gives a driver, see camera.py."""
STALL_S = 2.0


class Manager:
    """What systemd is to a service with WatchdogSec=1."""

    def __init__(self, folder):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._address = str(folder / "notify")
        self._socket.bind(self._address)

    @property
    def environment(self):
        period_us = str(int(PERIOD_S * 1_000_000))
        return {"NOTIFY_SOCKET": self._address, "WATCHDOG_USEC": period_us}

    def feedings(self, seconds):
        """How often it is fed in so many seconds."""
        deadline_s = time.monotonic() + seconds
        fed = 0
        while (remaining_s := deadline_s - time.monotonic()) > 0:
            self._socket.settimeout(remaining_s)
            try:
                fed += self._socket.recv(4096) == b"WATCHDOG=1"
            except TimeoutError:
                break
        return fed

    def starves(self, within_s):
        """Whether it is not fed for a period, at some time within so long."""
        deadline_s = time.monotonic() + within_s
        while time.monotonic() < deadline_s:
            if not self.feedings(1.5 * PERIOD_S):
                return True
        return False

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(folder):
    manager = Manager(folder)
    yield manager
    manager.close()


@contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_it_is_fed_while_a_camera_is_away_and_not_while_the_process_hangs(plugged, folder, manager):
    bus = UsbBus(folder, 70)
    device = plugged(bus, **manager.environment)
    device.until(lambda: device.cameras()[0]["state"] == "absent")
    manager.feedings(0.1)  # what has come meanwhile
    assert manager.feedings(3 * PERIOD_S) >= 3
    with stopped(device.process.pid):
        assert manager.starves(3 * PERIOD_S)
    assert manager.feedings(2 * PERIOD_S)


def test_it_is_fed_while_a_camera_is_silent(plugged, folder, manager):
    """A stall is known, and told: no restart would help."""
    bus = UsbBus(folder, 70, options={"stall_after": 5})
    bus.plug(70, "1-1", "A")
    device = plugged(bus, **manager.environment)
    device.until(lambda: device.picture().status_code == 503)
    assert not manager.starves(HANG_S + STALL_S + 2)


def test_it_starves_when_a_driver_hangs(plugged, folder, manager):
    bus = UsbBus(folder, 70, options={"hang_after": 5})
    bus.plug(70, "1-1", "A")
    device = plugged(bus, **manager.environment)
    device.picture()
    assert manager.starves(HANG_S + STALL_S + 5)
    assert "leaving the restart to the watchdog" in device.process.log()
    assert device.call("GET", "/api/camera/status").ok  # nothing else hangs with it
