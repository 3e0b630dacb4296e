"""Updates that are cut off: camerad killed at each step, RAUC killed, uploads that overlap."""

import json
import socket

import pytest
from rauc_machine import SLOT_BYTES, wait_until
from signed_bundles import image

from multipart_forms import BOUNDARY, file, form, part


@pytest.fixture
def updated(machine):
    """Whether the other slot holds a version."""
    return lambda version: machine.slot("B").startswith(image(version))


def head(process, body):
    """Of a request that brings a form, for those who send it bit by bit."""
    lines = (
        "POST /upload HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {len(body)}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Authorization: Bearer {process.token('admin')}",
        "Connection: close",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_bundle_that_waits_is_still_there(device, bundles, updated):
    camera = device(auto_install=False)
    camera.upload(bundles.make())
    camera.restart()
    assert camera.status()["state"] == "ready"
    assert camera.order("install").status_code == 200
    camera.becomes("installed")
    assert updated("9.0.0")


def test_a_bundle_that_was_deleted_is_waited_for_no_more(device, bundles):
    camera = device(auto_install=False)
    bundle = bundles.make()
    camera.upload(bundle)
    assert camera.request("DELETE", f"/files//data/firmware/{bundle.name}").status_code == 200
    assert camera.status()["state"] == "idle"


def test_an_installation_is_followed_by_the_next_camerad(device, machine, bundles, updated):
    camera = device()
    machine.hold()
    camera.upload(bundles.make())
    camera.restart()
    assert camera.status()["state"] == "installing"
    assert camera.upload(bundles.make()).json()["error"]["code"] == "UPDATE_IN_PROGRESS"
    machine.go_on()
    camera.becomes("installed")
    assert updated("9.0.0")
    assert camera.files() == []


def test_an_installation_ends_while_nobody_looks(device, machine, bundles, updated):
    camera = device()
    machine.hold()
    camera.upload(bundles.make())
    camera.kill()
    machine.go_on()
    wait_until(lambda: updated("9.0.0"))
    camera.start()
    camera.becomes("installed")
    assert camera.files() == []


def test_an_installer_that_ends_fails_the_installation(device, machine, bundles, updated):
    camera = device()
    machine.hold()
    camera.upload(bundles.make())
    camera.becomes("installing")
    machine.kill_rauc()
    machine.go_on()
    failed = camera.becomes("idle")["last_update"]
    assert (failed["result"], failed["version"]) == ("failed", "9.0.0")
    assert failed["reason"] == "The installation was cut off"
    assert camera.files() == []
    assert machine.slot("B") == b"B" * SLOT_BYTES
    assert camera.upload(bundles.make()).status_code == 200
    camera.becomes("installed")
    assert updated("9.0.0")


def test_what_is_installed_stays_so(device, machine, bundles):
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.restart()
    assert camera.status()["pending"] == "9.0.0"
    assert camera.order("activate").status_code == 200
    assert machine.restarted


def test_an_order_to_restart_that_had_no_effect_can_be_repeated(device, bundles):
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.order("activate")
    camera.restart()
    assert camera.status()["state"] == "installed"
    assert camera.order("activate").status_code == 200


def test_a_device_restarts_into_what_nobody_has_activated(device, machine, bundles):
    """As it does where the installer itself tells the bootloader."""
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.process.stop()
    machine.restart_into("B", camera.process.state)
    machine.note("proven-B")
    camera.start()
    assert camera.becomes("idle")["last_update"]["result"] == "activated"


def test_a_device_restarts_into_the_old_before_the_new_was_activated(device, machine, bundles):
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.process.stop()
    machine.restart_into("A", camera.process.state)
    camera.start()
    assert camera.status()["state"] == "installed"


def test_the_power_is_cut_before_the_bootloader_is_told(device, machine, bundles):
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.process.stop()
    for name in ("firmware.json", "firmware.json.good"):
        path = camera.process.state / name
        path.write_text(path.read_text().replace('"installed"', '"activating"', 1))
    machine.restart_into("A", camera.process.state)
    camera.start()
    assert camera.becomes("installed")["pending"] == "9.0.0"
    assert camera.order("activate").status_code == 200


def test_an_unreadable_memory_of_updates_is_no_obstacle(device, bundles):
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.kill()
    for name in ("firmware.json", "firmware.json.good"):
        (camera.process.state / name).write_text("{")
    camera.start()
    assert camera.status()["state"] == "idle"
    assert camera.upload(bundles.make()).status_code == 200


def test_of_two_uploads_at_once_the_second_is_refused(device, bundles):
    camera = device(auto_install=False)
    first, second = bundles.make("9.1.0"), bundles.make("9.2.0")
    body = form(part("path", b"/data/firmware/"), file(second.read_bytes(), second.name))
    with socket.create_connection(("127.0.0.1", camera.process.http_port), timeout=20) as client:
        client.sendall(head(camera.process, body) + body[:1000])
        wait_until(lambda: len(camera.files()) == 1)
        assert camera.upload(first).status_code == 200
        client.sendall(body[1000:])
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    status, _, content = answer.partition(b"\r\n\r\n")
    assert b" 409 " in status.splitlines()[0]
    assert json.loads(content)["error"]["code"] == "UPDATE_IN_PROGRESS"
    assert camera.files() == [first.name]
    assert camera.status()["bundle"]["version"] == "9.1.0"


def test_an_upload_that_is_cut_off_leaves_nothing(device, bundles):
    camera = device()
    body = form(part("path", b"/data/firmware/"), file(bundles.make().read_bytes(), "f.raucb"))
    with socket.create_connection(("127.0.0.1", camera.process.http_port), timeout=20) as client:
        client.sendall(head(camera.process, body) + body[:20_000])
        wait_until(lambda: len(camera.files()) == 1)
        camera.restart()
    assert camera.files() == []
    assert camera.status()["state"] == "idle"
