"""The update of a device: by one line of curl, and whatever happens it starts again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from camerad_service import STATE
from cutting import CUTS, Cutter
from disk_guest import copy_disk
from firmware_bundles import BundleMaker
from kept import Kept
from machines import MACHINES
from updatable import STEP_TIMEOUT_S, Status, Updatable

FACTORY, CUT_SHORT, NEXT, BROKEN = "0.1.0", "0.2.0", "0.3.0", "0.4.0"
"""The versions that the device is sent, one after the other."""

CALM = ("idle", "ready", "installed")
EXPOSURE = "systemd-analyze security camerad.service --no-pager"

pytestmark = [pytest.mark.lg_feature("ota"), pytest.mark.timeout(4 * STEP_TIMEOUT_S)]


@pytest.fixture(scope="module")
def bundles(artefacts: Path, arch: str) -> BundleMaker:
    folder = artefacts / "firmware" / arch
    folder.mkdir(parents=True, exist_ok=True)
    return BundleMaker(folder, arch)


@pytest.fixture(scope="module")
def device(
    bundles: BundleMaker, arch: str, artefacts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Updatable]:
    """Fresh from the factory; the tests stand in the order of its life."""
    disk = copy_disk(bundles.image(FACTORY), tmp_path_factory.mktemp("disk") / "disk.img")
    device = Updatable(MACHINES[arch], disk, artefacts)
    try:
        device.power_on()
        device.await_camerad()
        yield device
        device.keep_journal()
    finally:
        device.cut_power()


def test_it_starts_from_the_first_slot_and_is_content(
    device: Updatable, bundles: BundleMaker
) -> None:
    # It serves before it has proven itself, and what follows looks for changes.
    status = device.await_status(lambda seen: seen["state"] == "idle" and is_good(seen))
    assert (status["version"], status["compatible"]) == (FACTORY, bundles.compatible)
    assert booted(status) == "A"
    assert device.guest.ssh.run("systemctl --failed --plain --no-legend") == ""
    assert device.guest.ssh.run("findmnt --noheadings --output FSTYPE /").strip() == "squashfs"
    assert exposure(device.guest.ssh.run(EXPOSURE)) <= 2.0


BAD = {
    "stranger": (lambda make: make.signed_by_a_stranger(), "INVALID_SIGNATURE"),
    "flipped": (lambda make: make.flipped(), "INVALID_SIGNATURE"),
    "cut short": (lambda make: make.cut_short(), "INVALID_SIGNATURE"),
    "foreign": (
        lambda make: make.small("foreign", "--compatible", "toaster"),
        "INCOMPATIBLE_FIRMWARE",
    ),
    "older": (lambda make: make.small("older", version="0.0.9"), "INCOMPATIBLE_FIRMWARE"),
}


@pytest.mark.parametrize(("make", "code"), BAD.values(), ids=BAD.keys())
def test_a_bad_bundle_is_refused_and_leaves_nothing(
    device: Updatable, bundles: BundleMaker, make: Callable[[BundleMaker], Path], code: str
) -> None:
    before = device.await_state("idle")
    answer = device.upload(make(bundles))
    assert answer["error"]["code"] == code, answer
    assert device.get("/api/firmware").json() == before
    assert device.guest.ssh.run(f"find {STATE} -path '*/firmware/*' -type f") == ""


@pytest.mark.timeout(4 * STEP_TIMEOUT_S + 900 * CUTS)
def test_power_cuts_leave_a_device_that_starts_and_can_be_updated(
    device: Updatable, bundles: BundleMaker
) -> None:
    cutter = Cutter(device, bundles.bundle(CUT_SHORT))
    for moment in cutter.moments():
        cutter.cut(moment)
        device.power_on()
        status = device.await_camerad()
        assert status["version"] in (FACTORY, CUT_SHORT), moment
        device.await_state(*CALM)


def test_one_curl_line_updates_it_and_nothing_is_lost(
    device: Updatable, bundles: BundleMaker
) -> None:
    bundle = bundles.bundle(NEXT)
    slot = booted(device.await_state(*CALM))
    kept = Kept(device)
    assert device.upload(bundle)["firmware"] == {"version": NEXT, "state": "installing"}
    assert percentages(device)[-1] > 50
    assert device.await_state("installed")["pending"] == NEXT
    device.activate()
    status = device.await_status(lambda seen: seen["version"] == NEXT and seen["state"] == "idle")
    assert status["last_update"]["result"] == "activated"
    assert booted(status) != slot
    kept.check()


def test_a_system_whose_camerad_does_not_start_is_left_again(
    device: Updatable, bundles: BundleMaker
) -> None:
    before = device.await_state(*CALM)
    device.upload(bundles.bundle(BROKEN, broken=True))
    device.await_state("installed")
    device.activate()
    status = device.await_status(
        lambda seen: seen["last_update"] and seen["last_update"]["result"] == "rolled_back"
    )
    assert (status["version"], booted(status)) == (before["version"], booted(before))
    assert "camerad ended" in status["last_update"]["reason"]
    notes = device.guest.ssh.run("cat /data/boot/last-failure")
    assert f"version {BROKEN}" in notes
    assert "this camerad cannot start" in notes


def test_a_factory_reset_wipes_all_but_the_systems(device: Updatable) -> None:
    before, token = device.await_state("idle"), device.token
    machine_id = device.guest.ssh.run("cat /etc/machine-id")
    device.reset()
    after = device.await_camerad()
    assert device.token != token
    assert (after["version"], booted(after)) == (before["version"], booted(before))
    assert after["last_update"] is None
    assert device.get("/api/config/recording").json()["quality"] == "high"
    assert device.get("/api/recordings").json()["recordings"] == []
    assert device.guest.ssh.run("cat /etc/machine-id") != machine_id


def is_good(status: Status) -> bool:
    return any(slot["booted"] and slot["good"] for slot in status["slots"])


def booted(status: Status) -> str:
    [name] = [slot["bootname"] for slot in status["slots"] if slot["booted"]]
    return str(name)


def exposure(analysis: str) -> float:
    return float(analysis.rpartition("camerad.service: ")[2].split()[0])


def percentages(device: Updatable) -> list[int]:
    """What is seen of the progress until the installation ends."""
    seen: list[int] = []
    while (status := device.get("/api/firmware").json())["state"] == "installing":
        if status["progress"]:
            seen.append(status["progress"]["percentage"])
    assert seen == sorted(seen)
    return seen
