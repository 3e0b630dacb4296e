import json
import os
import threading

import pytest

from camerad.config.load import load
from camerad.errors import InsufficientStorage, InvalidConfig, NotFound, RecordingInProgress

DEVICE = {"uuid": "u1", "address": "http://10.0.0.9/onvif", "username": "me"}


@pytest.fixture
def config_file(tmp_path):
    path = tmp_path / "camerad.toml"
    path.write_text("[camera]\ndefault_framerate = 15\nlinger = 1.0\n")
    return path


@pytest.fixture
def state_dir(tmp_path):
    path = tmp_path / "state"
    path.mkdir()
    return path


@pytest.fixture
def store(state_dir, config_file):
    return load(state_dir, config_file)


def stored(state_dir):
    return json.loads((state_dir / "config.json").read_bytes())


def test_layers(store):
    assert store.current.camera.default_framerate == 15
    assert store.current.camera.max_age == 2.0


@pytest.mark.parametrize("body", [{"active": 1}, {"camera": {"active": 1}}])
def test_merge_changes_one_key_and_stores_only_it(store, state_dir, body):
    store.merge("camera", body)
    assert store.current.camera.active == 1
    assert store.current.camera.default_framerate == 15
    assert stored(state_dir) == {"camera": {"active": 1}}


def test_replace_forgets_other_changes_of_the_section_only(store, state_dir):
    store.merge("camera", {"active": 1, "linger": 9})
    store.merge("limits", {"api": 7})
    store.replace("camera", {"max_age": 3})
    assert stored(state_dir) == {"camera": {"max_age": 3.0}, "limits": {"api": 7}}
    assert store.current.camera.linger == 1.0


def test_changes_survive_a_restart_over_a_new_file(store, state_dir, config_file):
    store.merge("camera", {"linger": 9})
    config_file.write_text("[camera]\nmax_age = 4.0\nlinger = 2.0\n")
    again = load(state_dir, config_file)
    assert (again.current.camera.linger, again.current.camera.max_age) == (9.0, 4.0)
    assert again.warnings == []


def test_what_equals_the_file_is_not_a_change(store, state_dir):
    store.merge("camera", {"linger": 9})
    store.merge("camera", {"linger": 1.0})
    assert stored(state_dir) == {}


def test_controls_merge_by_name_and_null_removes(store):
    store.merge("camera", {"controls": {"gain": 1, "brightness": 2}})
    store.merge("camera", {"controls": {"gain": None, "hue": 3}})
    assert store.current.camera.controls == {"brightness": 2, "hue": 3}
    store.replace("camera", {"controls": {"gain": 4}})
    assert store.current.camera.controls == {"gain": 4}


def test_null_is_a_value_of_a_key(store):
    store.merge("camera", {"default_resolution": None})
    assert store.current.camera.default_resolution is None


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"default_framerate": 5000}, "camera.default_framerate: expected int <= 1000"),
        ({"x": 1}, "camera.x: unknown key"),
        ({"x": None, "active": "a"}, "camera.x: unknown key; camera.active: expected int, got str"),
        ([], "camera: expected an object with its keys"),
        (None, "camera: expected an object with its keys"),
        ({"camera": "x"}, "camera: expected an object with its keys"),
    ],
)
@pytest.mark.parametrize("method", ["replace", "merge"])
def test_bad_changes_change_nothing(store, state_dir, method, body, details):
    before = store.current
    with pytest.raises(InvalidConfig) as caught:
        getattr(store, method)("camera", body)
    assert caught.value.details == details
    assert store.current is before
    assert not (state_dir / "config.json").exists()


def test_the_whole_is_validated(store):
    with pytest.raises(InvalidConfig) as caught:
        store.merge("network", {"https_port": 8080})
    assert caught.value.details == "network.https_port: is http_port too"


@pytest.mark.parametrize(
    ("section", "body"),
    [
        ("storage", {"roots": {"/media/data": "/"}}),
        ("network", {"certificate": "/etc/shadow", "key": "/etc/shadow"}),
    ],
)
def test_real_paths_cannot_be_set_over_the_api(store, section, body):
    with pytest.raises(InvalidConfig) as caught:
        store.merge(section, body)
    assert "is set in the configuration file" in caught.value.details


@pytest.mark.parametrize("section", ["camera", "storage", "network", "onvif"])
def test_writing_back_what_was_read_changes_nothing(store, section):
    store.merge("onvif", {"devices": [DEVICE | {"password": "pw"}]})
    before = store.current
    store.replace(section, store.public(section))
    assert store.current == before


def test_unknown_section(store):
    for call in (store.public, lambda name: store.merge(name, {}), lambda n: store.replace(n, {})):
        with pytest.raises(NotFound):
            call("nonsense")


def test_secrets_are_kept_and_not_shown(store):
    store.merge("onvif", {"devices": [DEVICE | {"password": "pw"}]})
    assert store.current.onvif.devices[0].password == "pw"
    assert store.public("onvif")["devices"] == [DEVICE]
    assert "pw" not in json.dumps(store.public())


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, "pw"),
        ({"password": "new"}, "new"),
        ({"password": None}, None),
        ({"address": "http://10.0.0.66/onvif"}, None),
        ({"username": "other"}, None),
    ],
)
def test_a_password_stays_with_its_device_address_and_user(store, change, kept):
    store.merge("onvif", {"devices": [DEVICE | {"password": "pw"}]})
    store.merge("onvif", {"devices": [DEVICE | change]})
    assert store.current.onvif.devices[0].password == kept


def test_restart_required_until_it_is_taken_back(store):
    assert store.merge("camera", {"active": 1}) == []
    assert store.merge("network", {"http_port": 9000}) == ["network.http_port"]
    assert store.merge("camera", {"active": 2}) == ["network.http_port"]
    assert store.merge("network", {"http_port": 8080}) == []


def test_listeners_hear_of_changes_whatever_one_of_them_does(store, caplog):
    heard = []

    def broken(_old, _new):
        raise RuntimeError("no")

    store.subscribe(broken)
    unsubscribe = store.subscribe(lambda old, new: heard.append((old.camera.active, new)))
    store.merge("camera", {"active": 1})
    assert heard == [(0, store.current)]
    assert "did not take its new configuration" in caplog.text
    store.merge("camera", {"active": 1})
    unsubscribe()
    store.merge("camera", {"active": 2})
    assert len(heard) == 1


def test_guards_see_what_is_valid_and_can_refuse_it(store, state_dir):
    seen = []

    def refuse_active(section, old, new):
        seen.append((section, old.camera.active, new.camera.active))
        if new.camera.active == 9:
            raise RecordingInProgress("Not now")

    store.guard(refuse_active)
    store.merge("camera", {"active": 1})
    with pytest.raises(InvalidConfig):
        store.merge("camera", {"active": "x"})
    with pytest.raises(RecordingInProgress):
        store.replace("camera", {"active": 9})
    assert seen == [("camera", 0, 1), ("camera", 1, 9)]
    assert stored(state_dir) == {"camera": {"active": 1}}


def test_a_damaged_file_is_written_anew_by_the_next_change_even_if_it_changes_nothing(
    store, state_dir, config_file
):
    store.merge("camera", {"active": 1})
    (state_dir / "config.json").write_text("{")
    again = load(state_dir, config_file)
    assert again.warnings
    again.merge("camera", {"active": 1})
    assert again.warnings == []
    assert stored(state_dir) == {"camera": {"active": 1}}


def test_full_disk_changes_nothing(store, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = store.current
    with pytest.raises(InsufficientStorage):
        store.merge("camera", {"active": 1})
    assert store.current is before


def test_changes_from_several_threads_are_all_kept(store, state_dir):
    names = [f"control_{number}" for number in range(8)]
    threads = [
        threading.Thread(target=store.merge, args=("camera", {"controls": {name: 1}}))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored(state_dir)["camera"]["controls"]) == names
