"""The current picture, over the wire."""

import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from camerad.capture.frame_number import read_frame_number
from camerad.frames.picture import Jpeg
from camerad.imaging import jpeg
from camerad.imaging.layout import planes_of


@pytest.fixture
def image(served):
    """`image(query, **headers)` as a viewer."""

    def image(query="", **headers):
        return requests.get(
            f"{served.url}/image{query}", headers=served.headers("viewer") | headers, timeout=10
        )

    return image


def luma(data):
    return planes_of(jpeg.decode(Jpeg(data, 0, 0)))[0]


def test_it_shows_what_the_camera_sees_now(image):
    first, second = image(), image()
    numbers = [read_frame_number(luma(answer.content)) for answer in (first, second)]
    assert None not in numbers
    assert numbers[0] <= numbers[1]
    assert luma(first.content).shape == (240, 320)


def test_the_headers_tell_when_and_which(image):
    answer = image()
    captured_at = float(answer.headers["x-timestamp"])
    assert -0.1 < time.time() - captured_at < 3
    modified = parsedate_to_datetime(answer.headers["last-modified"]).timestamp()
    assert abs(modified - captured_at) <= 1
    assert answer.headers["last-modified"].endswith(" GMT")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["etag"].startswith('"')
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_higher_quality_is_a_larger_picture(image):
    sizes = [len(image(f"?quality={quality}").content) for quality in (1, 50, 85, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(
    "value", ["0", "101", "abc", "1e2", "-1", "", "5.5", "%20", "85&quality=85"]
)
def test_a_bad_quality_is_400(image, value):
    answer = image(f"?quality={value}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "INVALID_REQUEST"
    assert "quality" in f"{answer.json()['error']}"


@pytest.mark.parametrize(
    ("value", "status"),
    [("0", 200), ("7", 404), ("999", 404), ("x", 400), ("-1", 400), ("", 400), ("0&camera=0", 400)],
)
def test_a_camera_is_chosen_by_its_number(image, value, status):
    assert image(f"?camera={value}").status_code == status


def test_an_unknown_parameter_changes_nothing(image):
    assert image("?_=1234567").status_code == 200


def conditional(image, tag_of):
    """Ask for a picture and at once again with a tag: the camera may have a newer one by then."""
    for _ in range(20):
        first = image()
        second = image(**{"If-None-Match": tag_of(first.headers["etag"])})
        if second.headers["etag"] == first.headers["etag"]:
            return second
    raise AssertionError("a new frame each time")


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other" ,W/{}'])
def test_a_picture_that_the_client_has_is_304(daemon, form):
    process = daemon("--camera", "pattern:320x240@1")

    def image(**headers):
        return requests.get(
            f"{process.url}/image", headers=process.headers("viewer") | headers, timeout=10
        )

    answer = conditional(image, form.format)
    assert (answer.status_code, answer.content) == (304, b"")
    assert "x-timestamp" in answer.headers


@pytest.mark.parametrize("form", ['"other"', "{}x", "garbage", ""])
def test_another_picture_is_sent(image, form):
    first = image()
    answer = image(**{"If-None-Match": form.format(first.headers["etag"])})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")


def test_tags_tell_qualities_and_frames_apart(image):
    tags = {image(query).headers["etag"] for query in ("", "?quality=50", "?quality=51")}
    assert len(tags) == 3


def test_a_frame_older_than_max_age_is_not_current(daemon, tmp_path):
    config = tmp_path / "camerad.toml"
    config.write_text("[camera]\nmax_age = 0.2\n")
    process = daemon("--config", str(config), "--camera", "pattern:320x240@2")
    for _ in range(4):
        asked_at = time.time()
        answer = requests.get(f"{process.url}/image", headers=process.headers("viewer"), timeout=10)
        assert answer.status_code == 200
        assert asked_at - float(answer.headers["x-timestamp"]) < 0.2 + 0.05
