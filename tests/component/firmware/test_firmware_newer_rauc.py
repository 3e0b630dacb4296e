"""What newer versions of RAUC do otherwise than this machine's, with a stand-in of them."""

import sys
from pathlib import Path

import pytest
from rauc_machine import SLOT_BYTES

FAKE = Path(__file__).with_name("fake_rauc.py")


@pytest.fixture
def camera(device, machine):
    machine.provide("de.pengutronix.rauc", f"{sys.executable} {FAKE} {machine.folder}")
    return device()


@pytest.fixture
def bundle(tmp_path):
    """`bundle(word)` is one of which the stand-in knows what it is."""

    def make(word):
        path = tmp_path / "bundle.raucb"
        path.write_text(word)
        return path

    return make


def test_progress_is_told_as_it_is_made(camera, machine, bundle):
    assert camera.upload(bundle("1000")).status_code == 200
    status = camera.becomes("installing")
    assert status["progress"] == {"percentage": 99, "message": "99 done"}
    (machine.folder / "end").write_text("")
    camera.becomes("installed")
    assert camera.files() == []


def test_an_error_of_the_installation_is_told_in_its_words(camera, machine, bundle):
    (machine.folder / "end").write_text("Failed updating slot rootfs.1: no space left")
    camera.upload(bundle("1000"))
    failed = camera.becomes("idle")["last_update"]
    assert failed["result"] == "failed"
    assert failed["reason"] == "Failed updating slot rootfs.1: no space left"
    assert camera.files() == []


@pytest.mark.parametrize(
    ("word", "code", "told"),
    [
        (str(SLOT_BYTES + 1), "INCOMPATIBLE_FIRMWARE", f"{SLOT_BYTES + 1} bytes"),
        ("expired", "INVALID_SIGNATURE", "certificate has expired"),
    ],
)
def test_a_bundle_is_refused_in_its_words(camera, bundle, word, code, told):
    answer = camera.upload(bundle(word))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, code)
    assert told in error["details"]
    assert camera.files() == []
