"""Snapshots, over the wire and on the disk."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import requests

from camerad.capture.frame_number import read_frame_number
from camerad.frames.picture import Jpeg
from camerad.imaging import jpeg
from camerad.imaging.layout import planes_of

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def folder(served):
    return served.state / "media" / "snapshots"


@pytest.fixture
def snapshot(served):
    """`snapshot(**json)`, or with other options of requests, as an operator."""

    def snapshot(options=None, **fields):
        sent = {"json": fields} if options is None else options
        sent["headers"] = served.headers("operator") | sent.get("headers", {})
        return requests.post(f"{served.url}/snapshot", timeout=10, **sent)

    return snapshot


def luma(path):
    return planes_of(jpeg.decode(Jpeg(path.read_bytes(), 0, 0)))[0]


def number_in(luma):
    number = read_frame_number(luma)
    assert number is not None
    return number


def test_the_file_is_the_picture(snapshot, folder):
    taken = snapshot(filename="whole.jpg", quality=95).json()
    assert taken["size"] == (folder / "whole.jpg").stat().st_size
    number_in(luma(folder / "whole.jpg"))
    taken_at = datetime.fromisoformat(taken["timestamp"])
    assert abs(time.time() - taken_at.timestamp()) < 5


def test_it_is_taken_at_the_highest_resolution(snapshot, folder):
    snapshot(filename="large.jpg")
    assert luma(folder / "large.jpg").shape == (1080, 1920)


def test_it_is_newer_than_the_request(daemon):
    process = daemon("--camera", "pattern:1920x1080@10")
    headers = process.headers("operator")
    for number in range(3):
        shown = requests.get(f"{process.url}/image", headers=headers, timeout=10).content
        name = f"{number}.jpg"
        requests.post(
            f"{process.url}/snapshot", json={"filename": name}, headers=headers, timeout=10
        )
        taken = luma(process.state / "media" / "snapshots" / name)
        assert number_in(taken) > number_in(planes_of(jpeg.decode(Jpeg(shown, 0, 0)))[0])


def test_every_field_may_be_left_out(snapshot, folder):
    for options in ({}, {"json": {}}, {"headers": {"content-type": JSON}}):
        answer = snapshot(options)
        assert answer.status_code == 200
        assert (folder / answer.json()["filename"]).exists()


def test_the_time_is_drawn_into_the_picture(snapshot, folder):
    for name, wanted in {"stamped.jpg": True, "plain.jpg": False}.items():
        assert snapshot(filename=name, addTimestamp=wanted).status_code == 200
        corner = luma(folder / name)[-100:, :600].astype(int)
        ink, paper = ((abs(corner - level) < 8).sum() for level in (235, 24))
        assert (ink > 2_000 and paper > 5_000) == wanted


def test_a_form_will_do(snapshot, folder):
    body = "filename=form.jpg&quality=50&addTimestamp=true"
    answer = snapshot({"data": body, "headers": {"content-type": FORM}})
    assert answer.status_code == 200
    assert (folder / "form.jpg").exists()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"filename": "../x.jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "a/b.jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "/etc/x.jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "..\\x.jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "a\0.jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "a\n.jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": ""}, 400, "INVALID_REQUEST"),
        ({"filename": "x" * 296 + ".jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "ä" * 126 + ".jpg"}, 400, "INVALID_REQUEST"),
        ({"filename": "a.png"}, 422, "INVALID_FORMAT"),
        ({"filename": "a"}, 422, "INVALID_FORMAT"),
        ({"filename": 5}, 400, "INVALID_REQUEST"),
        ({"filename": ["a.jpg"]}, 400, "INVALID_REQUEST"),
        ({"quality": 0}, 400, "INVALID_REQUEST"),
        ({"quality": 101}, 400, "INVALID_REQUEST"),
        ({"quality": "95"}, 400, "INVALID_REQUEST"),
        ({"quality": 9.5}, 400, "INVALID_REQUEST"),
        ({"quality": True}, 400, "INVALID_REQUEST"),
        ({"addTimestamp": "yes"}, 400, "INVALID_REQUEST"),
        ({"addTimestamp": 1}, 400, "INVALID_REQUEST"),
        ({"addTimestamp": None}, 400, "INVALID_REQUEST"),
    ],
)
def test_a_bad_field_is_refused(snapshot, folder, fields, status, code):
    before = set(os.listdir(folder)) if folder.exists() else set()
    answer = snapshot(**fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert (set(os.listdir(folder)) if folder.exists() else set()) == before


@pytest.mark.parametrize(
    ("media_type", "body", "status"),
    [
        (JSON, "{", 400),
        (JSON, "[]", 400),
        (JSON, "null", 400),
        (JSON, '{"x":' * 10_000, 400),
        (FORM, "quality=abc", 400),
        (FORM, "quality=80&quality=90", 400),
        ("text/plain", "{}", 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("", "{}", 415),
        (JSON, " " * (1 << 20) + "{}", 413),
    ],
)
def test_a_bad_body_is_refused(snapshot, media_type, body, status):
    assert snapshot({"data": body, "headers": {"content-type": media_type}}).status_code == status


def test_a_name_that_exists_is_409(snapshot, folder):
    assert snapshot(filename="once.jpg").status_code == 200
    content = (folder / "once.jpg").read_bytes()
    answer = snapshot(filename="once.jpg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "FILE_EXISTS")
    assert (folder / "once.jpg").read_bytes() == content


def test_of_many_with_one_name_one_wins(snapshot, folder):
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: snapshot(filename="race.jpg"), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    size = next(answer.json()["size"] for answer in answers if answer.ok)
    assert (folder / "race.jpg").stat().st_size == size


@pytest.mark.parametrize(("camera", "status"), [("0", 200), ("1", 503), ("7", 404), ("x", 400)])
def test_a_camera_is_chosen_by_its_number(served, camera, status):
    answer = requests.post(
        f"{served.url}/snapshot?camera={camera}", headers=served.headers("operator"), timeout=10
    )
    assert answer.status_code == status


def test_a_full_disk_is_507_and_leaves_nothing(daemon, tmp_path):
    config = tmp_path / "camerad.toml"
    config.write_text(f"[storage]\nreserve_bytes = {1 << 60}\n")
    process = daemon("--config", str(config), "--camera", "pattern:320x240")
    answer = requests.post(
        f"{process.url}/snapshot", headers=process.headers("operator"), timeout=10
    )
    assert answer.status_code == 507
    assert answer.json()["error"]["code"] == "INSUFFICIENT_STORAGE"
    assert [file for file in (process.state / "media").rglob("*") if file.is_file()] == []
    health = requests.get(f"{process.url}/health", timeout=10).json()
    assert (health["status"], health["checks"]["storage"]) == ("unhealthy", "full")
