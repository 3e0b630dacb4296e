"""The wish for a factory reset, which the device's next start fulfils."""

import pytest
import requests

CONFIRMED = {"confirm": "factory-reset"}


def test_the_wish_is_left_and_the_device_restarts(device, machine):
    camera = device()
    answer = camera.request("POST", "/api/system/factory-reset", json=CONFIRMED)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert machine.restarted
    assert (camera.process.state / "factory-reset").exists()


@pytest.mark.parametrize("body", [{}, {"confirm": "yes"}, {"confirm": True}, []])
def test_it_takes_a_word_of_confirmation(device, machine, body):
    camera = device()
    answer = camera.request("POST", "/api/system/factory-reset", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_REQUEST")
    assert not machine.restarted
    assert not (camera.process.state / "factory-reset").exists()


def test_without_a_login_manager_no_wish_is_left(device, machine):
    machine.withhold("org.freedesktop.login1")
    camera = device()
    answer = camera.request("POST", "/api/system/factory-reset", json=CONFIRMED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_MISSING")
    assert not (camera.process.state / "factory-reset").exists()


def test_a_camerad_that_somebody_started_by_hand_restarts_no_machine(daemon, machine):
    process = daemon(env=machine.env | {"NOTIFY_SOCKET": ""})
    answer = requests.post(
        f"{process.url}/api/system/factory-reset",
        json=CONFIRMED,
        headers=process.headers("admin"),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_MISSING")
    assert not machine.restarted
    assert not (process.state / "factory-reset").exists()
