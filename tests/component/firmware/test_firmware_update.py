"""An update from the upload to the new system, and what stands in its way, with the real RAUC."""

import json

import pytest
import requests
from rauc_machine import SLOT_BYTES
from signed_bundles import COMPATIBLE, image
from websockets.sync.client import connect

import reference

OLD_B = b"B" * SLOT_BYTES


def holds(slot, version):
    return slot.startswith(image(version))


def test_an_update_goes_all_the_way(device, machine, bundles):
    camera = device()
    answer = camera.upload(bundles.make("9.1.0"))
    assert answer.status_code == 200, answer.text
    uploaded = answer.json()
    assert uploaded.pop("firmware") == {"version": "9.1.0", "state": "installing"}
    assert set(uploaded) == {"success", "filename", "path", "size"}
    installed = camera.becomes("installed")
    assert installed["pending"] == "9.1.0"
    assert camera.files() == []
    assert holds(machine.slot("B"), "9.1.0")
    assert (machine.slot("A"), machine.primary()) == (b"A" * SLOT_BYTES, "A")

    assert camera.order("activate").json() == {
        "success": True,
        "state": "activating",
        "version": "9.1.0",
    }
    assert machine.restarted
    assert machine.primary() == "B"
    assert camera.status()["state"] == "activating"
    assert camera.order("activate").json()["error"]["code"] == "UPDATE_IN_PROGRESS"

    camera.process.stop()
    machine.restart_into("B", camera.process.state)
    camera.start()
    assert camera.becomes("testing")["pending"] == "9.1.0"
    assert camera.upload(bundles.make("9.2.0")).json()["error"]["code"] == "UPDATE_IN_PROGRESS"
    machine.note("proven-B")
    after = camera.becomes("idle")
    assert after["last_update"].items() >= {"result": "activated", "version": "9.1.0"}.items()
    slots = {slot["bootname"]: slot for slot in after["slots"]}
    assert (slots["A"]["booted"], slots["B"]["booted"]) == (False, True)
    assert camera.request("GET", "/health").json()["status"] == "healthy"


def test_what_was_given_up_is_told_with_its_reason(device, machine, bundles):
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    camera.order("activate")
    camera.process.stop()
    machine.restart_into("A", camera.process.state)
    machine.note("last-failure", "Slot B, version 9.0.0: camera: disconnected\nand more\n")
    camera.start()
    after = camera.becomes("idle")["last_update"]
    assert (after["result"], after["version"]) == ("rolled_back", "9.0.0")
    assert after["reason"] == "Slot B, version 9.0.0: camera: disconnected"
    health = camera.request("GET", "/health").json()
    assert health["status"] == "unhealthy"
    assert health["checks"]["firmware"] == f"rolled back: {after['reason']}"
    metrics = camera.request("GET", "/metrics").text
    assert "camerad_firmware_rolled_back 1.0" in metrics
    assert camera.upload(bundles.make()).status_code == 200
    camera.becomes("installed")
    assert camera.request("GET", "/health").json()["status"] == "healthy"


@pytest.mark.parametrize("command", reference.FIRMWARE_LINES)
def test_the_line_of_the_reference_brings_an_update(device, machine, bundles, tmp_path, command):
    camera = device()
    (tmp_path / "firmware.bin").write_bytes(bundles.make("9.3.0").read_bytes())
    answer = reference.run_as_printed(command, camera.process, tmp_path, "admin")
    assert answer.status == 200
    printed = reference.example("POST /upload", "Response:")
    uploaded = answer.json()
    assert uploaded.pop("firmware") == {"version": "9.3.0", "state": "installing"}
    reference.assert_same_fields(uploaded, printed)
    assert uploaded["path"] == "/data/firmware/firmware.bin"
    camera.becomes("installed")
    assert holds(machine.slot("B"), "9.3.0")


def test_there_is_such_a_line():
    assert len(reference.FIRMWARE_LINES) == 1


def test_a_bundle_waits_until_told(device, machine, bundles):
    camera = device(auto_install=False)
    assert camera.order("install").json()["error"]["code"] == "NO_FIRMWARE"
    bundle = bundles.make()
    assert camera.upload(bundle).json()["firmware"]["state"] == "ready"
    waiting = camera.status()
    assert waiting["state"] == "ready"
    assert waiting["bundle"] == {
        "path": f"/data/firmware/{bundle.name}",
        "version": "9.0.0",
        "size": bundle.stat().st_size,
    }
    assert machine.slot("B") == OLD_B
    assert camera.upload(bundles.make("9.5.0")).status_code == 200
    assert camera.files() == [bundles.make("9.5.0").name]
    assert camera.order("install").json()["version"] == "9.5.0"
    camera.becomes("installed")
    assert holds(machine.slot("B"), "9.5.0")


@pytest.mark.parametrize("at", ["upload", "install"])
def test_an_older_bundle_takes_force(device, machine, bundles, at):
    camera = device(auto_install=at == "upload")
    older = bundles.make("0.0.1")
    refused = camera.upload(older)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "INCOMPATIBLE_FIRMWARE"
    assert "older" in refused.json()["error"]["message"]
    assert camera.upload(older, force="true").status_code == 200
    if at == "install":
        assert camera.order("install").json()["error"]["code"] == "INCOMPATIBLE_FIRMWARE"
        assert camera.order("install", force=True).status_code == 200
    camera.becomes("installed")
    assert holds(machine.slot("B"), "0.0.1")


REFUSED = {
    "unsigned": ("INVALID_SIGNATURE", "not signed"),
    "truncated": ("INVALID_SIGNATURE", "cut short"),
    "flipped": ("INVALID_SIGNATURE", "damaged"),
    "flipped_verity": ("INVALID_SIGNATURE", "damaged"),
    "stranger": ("INVALID_SIGNATURE", "signed by"),
    "expired": ("INVALID_SIGNATURE", "expired"),
    "noise": ("INVALID_SIGNATURE", "no bundle"),
    "empty": ("INVALID_SIGNATURE", "no bundle"),
    "other device": ("INCOMPATIBLE_FIRMWARE", "another device"),
}


def test_what_is_bad_is_refused_and_leaves_nothing(device, machine, bundles):
    camera = device()
    bad = {
        "unsigned": bundles.unsigned(),
        "truncated": bundles.truncated(),
        "flipped": bundles.flipped(),
        "flipped_verity": bundles.flipped("verity"),
        "stranger": bundles.make(signer="stranger"),
        "expired": bundles.make(signer="expired"),
        "noise": bundles.noise(),
        "empty": bundles.empty(),
        "other device": bundles.make(compatible="other-camera"),
    }
    for name, bundle in bad.items():
        answer = camera.upload(bundle)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, REFUSED[name][0]), (name, error)
        assert REFUSED[name][1] in error["message"], (name, error)
        assert str(camera.process.state) not in answer.text
    assert camera.files() == []
    assert camera.status()["state"] == "idle"
    assert (machine.slot("B"), machine.primary()) == (OLD_B, "A")


def test_a_good_bundle_with_a_hash_tree_passes(device, bundles):
    """It would be mounted by the device mapper, which not every machine has."""
    camera = device(auto_install=False)
    assert camera.upload(bundles.make(form="verity")).status_code == 200


def test_only_one_update_at_a_time(device, machine, bundles):
    camera = device()
    machine.hold()
    bundle = bundles.make()
    assert camera.upload(bundle).status_code == 200
    progress = camera.becomes("installing")
    assert progress["bundle"]["version"] == "9.0.0"
    for answer in (
        camera.upload(bundles.make("9.6.0")),
        camera.upload(bundle, overwrite="true"),
        camera.order("install"),
        camera.order("activate"),
        camera.order("rollback"),
        camera.request("DELETE", f"/files//data/firmware/{bundle.name}"),
        camera.request("POST", "/api/system/factory-reset", json={"confirm": "factory-reset"}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "UPDATE_IN_PROGRESS")
    machine.go_on()
    camera.becomes("installed")
    assert camera.files() == []


def test_everybody_who_listens_hears_of_it(device, bundles):
    camera = device()
    url = camera.process.url.replace("http", "ws") + "/ws"
    with connect(url, additional_headers=camera.process.headers("admin")) as socket:
        socket.send(json.dumps({"type": "subscribe", "event": "firmware_events", "id": 1}))
        assert json.loads(socket.recv(5))["type"] == "response"
        camera.upload(bundles.make())
        heard = []
        while not heard or heard[-1]["event"] != "installed":
            heard.append(json.loads(socket.recv(10)))
    assert {event["type"] for event in heard} == {"firmware_event"}
    steps = [event["event"] for event in heard]
    assert steps[:2] == ["ready", "installing"]
    percentages = [event["percentage"] for event in heard if event["event"] == "progress"]
    assert percentages == sorted(percentages)
    assert {event["version"] for event in heard} == {"9.0.0"}


def test_only_administrators_listen(device):
    camera = device()
    url = camera.process.url.replace("http", "ws") + "/ws"
    with connect(url, additional_headers=camera.process.headers("operator")) as socket:
        socket.send(json.dumps({"type": "subscribe", "event": "firmware_events"}))
        assert json.loads(socket.recv(5))["error"]["code"] == "PERMISSION_DENIED"


def test_a_full_data_partition(device, bundles):
    camera = device(toml="[storage]\nreserve_bytes = 1000000000000000\n")
    answer = camera.upload(bundles.make())
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "INSUFFICIENT_STORAGE")
    assert camera.files() == []


def test_a_rollback_starts_the_other_system(device, machine):
    camera = device()
    assert camera.order("rollback").json()["error"]["code"] == "NO_FIRMWARE"
    (machine.folder / "boot/B").write_text("good")
    assert camera.order("rollback").status_code == 200
    assert machine.restarted
    assert machine.primary() == "B"


def test_without_a_login_manager_all_stays_as_it_was(device, machine, bundles):
    machine.withhold("org.freedesktop.login1")
    camera = device()
    camera.upload(bundles.make())
    camera.becomes("installed")
    answer = camera.order("activate")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_MISSING")
    assert camera.status()["state"] == "installed"
    assert machine.primary() == "A"


@pytest.mark.parametrize("path", ["", "/install", "/activate", "/rollback"])
def test_without_an_installer_it_is_told(served, path):
    answer = requests.request(
        "POST" if path else "GET",
        f"{served.url}/api/firmware{path}",
        headers=served.headers("admin"),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_MISSING")
    assert "RAUC" in answer.json()["error"]["message"]


def test_without_an_installer_no_bundle_is_taken(served, bundles):
    with bundles.make().open("rb") as file:
        answer = requests.post(
            f"{served.url}/upload",
            headers=served.headers("admin"),
            files={"file": file},
            data={"path": "/data/firmware/"},
            timeout=10,
        )
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_MISSING")
    assert not any((served.state / "data").rglob("*"))


def test_the_status_names_what_there_is(device):
    status = device().status()
    assert status["compatible"] == COMPATIBLE
    assert (status["state"], status["progress"], status["last_update"]) == ("idle", None, None)
    assert [slot["name"] for slot in status["slots"]] == ["rootfs.0", "rootfs.1"]
    assert status["slots"][0]["version"] == status["version"]
