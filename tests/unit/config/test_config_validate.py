import math

import msgspec
import pytest

from camerad.config.schema import Config
from camerad.config.validate import SECTIONS, build, key_types


def test_defaults_are_valid():
    config, problems = build({})
    assert problems == []
    assert config == Config()
    assert config.camera.default_resolution == "1920x1080"


def test_sections_are_the_contracts():
    assert list(SECTIONS) == [
        "camera",
        "recording",
        "storage",
        "network",
        "auth",
        "limits",
        "onvif",
        "firmware",
        "stream",
        "logging",
    ]


@pytest.mark.parametrize(
    ("section", "body", "problem"),
    [
        ("camera", {"default_framerate": 5000}, "default_framerate: expected int <= 1000"),
        ("camera", {"default_framerate": "x"}, "default_framerate: expected int, got str"),
        ("camera", {"default_framerate": True}, "default_framerate: expected int, got bool"),
        ("camera", {"default_framerate": None}, "default_framerate: expected int, got null"),
        ("camera", {"max_age": math.nan}, "max_age: expected float >= 0.1"),
        ("camera", {"max_age": math.inf}, "max_age: expected float <= 60.0"),
        (
            "camera",
            {"default_resolution": "big"},
            "default_resolution: expected something like 1920x1080",
        ),
        (
            "camera",
            {"default_resolution": "1x1\n"},
            "default_resolution: expected something like 1920x1080",
        ),
        ("camera", {"controls": {"gain": "high"}}, "controls.gain: expected int, got str"),
        (
            "camera",
            {"controls": {"Gain!": 1}},
            "controls.Gain!: expected something like brightness (as a key)",
        ),
        ("camera", {"controls": 5}, "controls: expected object, got int"),
        ("camera", {"colour": 1}, "colour: unknown key"),
        ("recording", {"quality": "best"}, 'quality: expected "low" or "medium" or "high"'),
        ("recording", {"quality": 0}, "quality: expected int >= 1"),
        (
            "recording",
            {"directory": "/etc"},
            "directory: The path is outside the device's storage",
        ),
        ("recording", {"directory": "/media/data/../x"}, "directory: "),
        ("storage", {"roots": {}}, "roots: expected object of length >= 1"),
        ("storage", {"roots": {"/data": "d"}}, "roots: /media/data is missing"),
        (
            "storage",
            {"roots": {"/media/data": "m", "/media/data/x": "d"}},
            "roots: /media/data/x lies inside /media/data",
        ),
        ("storage", {"roots": {"/media/data": "m", "/x/../y": "d"}}, "roots: "),
        ("network", {"bind": "localhost"}, "bind: expected an IP address"),
        ("network", {"http_port": 70_000}, "http_port: expected int <= 65535"),
        ("network", {"http_port": 0, "https_port": 0}, "http_port: nothing would listen"),
        ("network", {"http_port": 8081}, "https_port: is http_port too"),
        ("network", {"key": "k.pem"}, "key: certificate and key go together"),
        (
            "network",
            {"allowed_hosts": ["ok", "a b"]},
            "allowed_hosts[1]: expected something like camera.example.com",
        ),
        (
            "onvif",
            {"devices": [{"uuid": "u", "address": "ftp://x"}]},
            "devices[0].address: expected something like http://192",
        ),
        ("onvif", {"devices": [{"uuid": "u"}]}, "devices[0]: object missing required field"),
        (
            "onvif",
            {"devices": [{"uuid": "u", "address": "http://x", "pin": 1}]},
            "devices[0].pin: unknown key",
        ),
        ("logging", {"level": "loud"}, "level: expected "),
    ],
)
def test_a_bad_value_is_named_by_its_key(section, body, problem):
    config, problems = build({section: body})
    assert config is None
    assert len(problems) == 1
    assert problems[0].startswith(f"{section}.{problem}")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"camera": 5}, "camera: expected an object with the section's keys"),
        ({"camra": {}}, "camra: unknown section"),
        ({"camera": {5: 5}}, "camera.5: unknown key"),
    ],
)
def test_bad_sections(document, problem):
    assert build(document) == (None, [problem])


def test_every_fault_is_found_at_once():
    problems = build({"camera": {"linger": -1, "x": 1, "controls": {"a": "", "b": ""}}, "y": {}})[1]
    assert [problem.partition(":")[0] for problem in problems] == [
        "camera.linger",
        "camera.x",
        "camera.controls.a",
        "camera.controls.b",
        "y",
    ]


@pytest.mark.parametrize(
    ("section", "body"),
    [
        ("camera", {"default_resolution": None, "auto_exposure": True, "controls": {"gain": -1}}),
        ("recording", {"quality": 1}),
        ("recording", {"quality": "low", "retention_days": 0.5}),
        ("network", {"bind": "::", "http_port": 0}),
        ("network", {"certificate": "c.pem", "key": "k.pem"}),
        ("storage", {"roots": {"/media/data": "/mnt/card"}}),
    ],
)
def test_good_values(section, body):
    config, problems = build({section: body})
    assert problems == []
    values = msgspec.to_builtins(getattr(config, section))
    assert {key: values[key] for key in body} == body


def test_every_key_is_described():
    undescribed = [
        f"{section}.{key}"
        for section in SECTIONS
        for key, annotation in key_types(section).items()
        if not any(meta.description for meta in getattr(annotation, "__metadata__", ()))
    ]
    assert undescribed == []
