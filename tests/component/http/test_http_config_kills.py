"""kill -9 in the middle of changes over HTTP: the configuration is the old one or the new one.

CAMERAD_KILLS sets how often; 20 unless told.
"""

import contextlib
import itertools
import os
import random
import signal
import threading

import pytest
import requests

from camerad.config.load import load

KILLS = int(os.environ.get("CAMERAD_KILLS", "20"))
FORMS = ("PUT", "PATCH")


class Writer(threading.Thread):
    """Changes the configuration until nobody answers; knows what was the last to be confirmed."""

    def __init__(self, process, numbers):
        super().__init__()
        self.confirmed = 0
        self.tried = 0
        self.some_confirmed = threading.Event()
        self._numbers = numbers
        self._url = f"{process.url}/api/config/onvif"
        self._headers = process.headers("admin")

    def run(self):
        with contextlib.suppress(requests.RequestException), requests.Session() as session:
            for number in self._numbers:
                self.tried = number
                session.request(
                    FORMS[number % 2],
                    self._url,
                    json={"devices": devices(number)},
                    headers=self._headers,
                    timeout=10,
                ).raise_for_status()
                self.confirmed = number
                if self.confirmed % 3 == 0:
                    self.some_confirmed.set()


def devices(number):
    """Enough to fill more than one page of a file."""
    return [
        {"uuid": f"{number}-{index}", "address": f"http://10.0.0.{index}/{number}"}
        for index in range(100)
    ]


@pytest.mark.timeout(60 + 5 * KILLS)
def test_the_configuration_survives(daemon, tmp_path, record_testsuite_property):
    config = tmp_path / "camerad.toml"
    config.write_text("[limits]\nenabled = false\n")
    options = ("--config", str(config), "--camera", "pattern:320x240")
    process = daemon(*options)
    numbers = itertools.count(1)
    cut = 0
    for _ in range(KILLS):
        writer = Writer(process, numbers)
        writer.start()
        assert writer.some_confirmed.wait(10)
        writer.join(random.uniform(0, 0.02))  # anywhere inside a change
        os.kill(process.pid, signal.SIGKILL)
        assert process.stop() == -signal.SIGKILL
        writer.join()

        store = load(process.state, config)
        assert store.warnings == []
        uuids = [device.uuid for device in store.current.onvif.devices]
        whole = [
            [f"{number}-{index}" for index in range(100)]
            for number in (writer.confirmed, writer.tried)
        ]
        assert uuids in whole
        cut += writer.tried != writer.confirmed
        process.start(*options)
        assert "config" not in requests.get(f"{process.url}/health", timeout=10).json()["checks"]
    assert cut > KILLS / 4
    record_testsuite_property("changes cut by kills", f"{cut} by {KILLS}, of {next(numbers) - 1}")
