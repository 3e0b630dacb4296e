"""The power goes in the middle of a recording: the film plays, up to that moment.

CAMERAD_POWER_CUTS sets how often; twice unless told.
"""

import os
import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from camerad_service import CameradService
from drivers import device_image
from durable_guest import CAMERA, DurableGuest, make_disk
from film_readers import assert_plays
from machines import MACHINES
from waiting import await_some

pytestmark = pytest.mark.lg_feature("power")

CUTS = int(os.environ.get("CAMERAD_POWER_CUTS", "2"))
LOST_S = 2.0
REPAIR_TIMEOUT_S = 60


class Power:
    """Of a device that boots each time with the same disk, as the last run has left it."""

    def __init__(self, console_log: Path, disk: Path) -> None:
        self._make = partial(
            DurableGuest, device_image("x86-64"), MACHINES["x86-64"], console_log, disk
        )
        self._guest: DurableGuest | None = None

    def on(self) -> CameradService:
        self._guest = guest = self._make()
        guest.start()
        guest.await_boot()
        guest.mount()
        service = CameradService(guest)
        service.serve(CAMERA)
        return service

    def cut(self) -> None:
        """Does nothing if it is off."""
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.stop()


@pytest.fixture
def power(tmp_path: Path, artefacts: Path) -> Iterator[Power]:
    power = Power(artefacts / "power-cut-console.log", make_disk(tmp_path / "disk.img"))
    yield power
    power.cut()


@pytest.mark.timeout(600 * (CUTS + 1))
def test_a_power_cut_costs_no_more_than_two_seconds(power: Power, tmp_path: Path) -> None:
    service = power.on()
    for number in range(CUTS):
        name = f"cut-{number}.avi"
        started = service.post("/api/recording/start", {"filename": name})
        assert started.status_code == 200, started.text
        begin_s = time.monotonic()
        time.sleep(random.uniform(2, 6))  # the very moment is what is being tested
        power.cut()
        recorded_s = time.monotonic() - begin_s
        service = power.on()
        await_repair(service, name)
        film = tmp_path / name
        film.write_bytes(service.get(f"/download/recordings/{name}").content)
        seen = assert_plays(film)
        assert recorded_s - LOST_S < seen.duration_s < recorded_s + LOST_S


def await_repair(service: CameradService, name: str) -> None:
    """By the journal: camerad may have started, and repaired, before it was told its camera."""
    await_some(
        lambda: f"{name} was cut off and has been repaired" in service.journal(),
        f"{name} is repaired",
        REPAIR_TIMEOUT_S,
    )
