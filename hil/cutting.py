"""Power cuts at random moments of an update."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from updatable import Updatable

CUTS = int(os.environ.get("CAMERAD_POWER_CUTS", "2"))
MOMENTS = ("upload", "installation", "activation", "first boot")
UPLOAD_S = 20.0
ACTIVATION_S = 5.0
FIRST_BOOT_S = 90.0


class Cutter:
    def __init__(self, device: Updatable, bundle: Path) -> None:
        self._device = device
        self._bundle = bundle

    @staticmethod
    def moments() -> Iterator[str]:
        """As many as were asked for; each kind once before any comes again."""
        for number in range(CUTS):
            if number % len(MOMENTS) == 0:
                order = random.sample(MOMENTS, len(MOMENTS))
            yield order[number % len(MOMENTS)]

    def cut(self, moment: str) -> None:
        {
            "upload": self._in_upload,
            "installation": self._in_installation,
            "activation": self._in_activation,
            "first boot": self._in_first_boot,
        }[moment]()
        self._device.cut_power()

    def _in_upload(self) -> None:
        with self._device.start_upload(self._bundle) as curl:
            _some_time(UPLOAD_S)
            self._device.cut_power()
            curl.communicate()

    def _in_installation(self) -> None:
        self._device.upload(self._bundle)
        percentage = random.uniform(0, 100)
        self._device.await_status(
            lambda status: (
                status["state"] != "installing"
                or (status["progress"] or {}).get("percentage", 0) >= percentage
            )
        )
        _some_time(2)

    def _in_activation(self) -> None:
        self._install()
        self._device.send("POST", "/api/firmware/activate").raise_for_status()
        _some_time(ACTIVATION_S)

    def _in_first_boot(self) -> None:
        self._install()
        self._device.activate()
        _some_time(FIRST_BOOT_S)

    def _install(self) -> None:
        self._device.upload(self._bundle)
        self._device.await_state("installed")


def _some_time(most_s: float) -> None:
    time.sleep(random.uniform(0, most_s))  # the very moment is what is being tested
