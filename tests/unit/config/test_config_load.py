import json

import pytest

from camerad.config import load as load_module
from camerad.config.load import check, load
from camerad.errors import StartupError


@pytest.fixture
def config_file(tmp_path):
    return tmp_path / "camerad.toml"


@pytest.fixture(autouse=True)
def no_system_file(tmp_path, monkeypatch):
    monkeypatch.setattr(load_module, "DEFAULT_FILE", tmp_path / "default.toml")


def test_nothing_at_all_gives_the_defaults(tmp_path):
    store = load(tmp_path)
    assert store.current.network.http_port == 8080
    assert store.warnings == []


def test_the_default_file_is_read_if_it_is_there(tmp_path):
    (tmp_path / "default.toml").write_text("[network]\nhttp_port = 1\n")
    assert load(tmp_path).current.network.http_port == 1


def test_toml_has_null(tmp_path, config_file):
    config_file.write_text('[camera]\ndefault_resolution = ""\n')
    assert load(tmp_path, config_file).current.camera.default_resolution is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[camera]\ndefault_framerate = 5000", "camera.default_framerate: expected int <= 1000"),
        ("[camera]\nmax_age = nan", "camera.max_age: expected float >= 0.1"),
        ("[camera]\nactive = 2020-01-01", "camera.active: expected int, got date"),
        ('[logging]\nlevel = ""', 'logging.level: expected "debug"'),
        ("camera = 1", "camera: expected an object"),
        ("x = 1", "x: unknown section"),
        ("[camera", "is no TOML: "),
    ],
)
def test_bad_file_is_one_clear_line(tmp_path, config_file, text, problem):
    config_file.write_text(text)
    assert check(config_file)[0].startswith(problem)
    with pytest.raises(StartupError) as caught:
        load(tmp_path, config_file)
    assert str(caught.value).startswith(f"{config_file}: {problem}")
    assert "\n" not in str(caught.value)


def test_file_that_is_no_text(config_file):
    config_file.write_bytes(b"\xff\xfe")
    assert check(config_file)[0].startswith("is no TOML")


def test_named_file_must_exist(tmp_path, config_file):
    with pytest.raises(StartupError, match="cannot be read: No such file"):
        load(tmp_path, config_file)


def test_check_lists_every_fault(config_file):
    config_file.write_text("[camera]\na = 1\nb = 2\n")
    assert check(config_file) == ["camera.a: unknown key", "camera.b: unknown key"]


def test_good_file(config_file):
    config_file.write_text("[camera]\ndefault_framerate = 25\n")
    assert check(config_file) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\x00" * 64, b'{"camera": 5}', b"\xff"])
def test_damaged_changes_fall_back_to_the_copy(tmp_path, damage):
    load(tmp_path).merge("camera", {"active": 3})
    (tmp_path / "config.json").write_bytes(damage)
    store = load(tmp_path)
    assert store.current.camera.active == 3
    assert len(store.warnings) == 1
    assert "config.json cannot be read" in store.warnings[0]


def test_both_damaged_gives_the_defaults(tmp_path):
    (tmp_path / "config.json").write_bytes(b"?")
    (tmp_path / "config.json.good").write_bytes(b"?")
    store = load(tmp_path)
    assert store.current.camera.active == 0
    assert len(store.warnings) == 1


def test_keys_of_a_newer_version_cost_only_themselves(tmp_path):
    changes = {"camera": {"active": 3, "hologram": True}, "laser": {"power": 1}}
    (tmp_path / "config.json").write_text(json.dumps(changes))
    store = load(tmp_path)
    assert store.current.camera.active == 3
    assert [warning.partition(": ")[2] for warning in store.warnings] == [
        "camera.hologram: unknown key",
        "laser: unknown section",
    ]


def test_changes_that_contradict_a_new_file_cost_only_their_section(tmp_path, config_file):
    changes = {"camera": {"active": 3}, "recording": {"directory": "/data/recordings"}}
    (tmp_path / "config.json").write_text(json.dumps(changes))
    config_file.write_text('[storage.roots]\n"/media/data" = "media"\n')
    store = load(tmp_path, config_file)
    assert store.current.camera.active == 3
    assert store.current.recording.directory == "/media/data/recordings"
    assert len(store.warnings) == 1


def test_changes_that_only_agree_together_are_kept(tmp_path):
    changes = {"network": {"http_port": 8081, "https_port": 8080}}
    (tmp_path / "config.json").write_text(json.dumps(changes))
    assert load(tmp_path).current.network.http_port == 8081
