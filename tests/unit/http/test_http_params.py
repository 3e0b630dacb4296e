import msgspec
import pytest
from requests_by_hand import request

from camerad.errors import InvalidRequest, UnsupportedMediaType
from camerad.http import params
from camerad.http.operation import Query

JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")


class Body(msgspec.Struct):
    name: str | None = None
    level: int = 5
    on: bool = False


@pytest.mark.parametrize(
    ("query", "quality"),
    [("", None), ("quality=1", 1), ("quality=100", 100), ("x=1&quality=7", 7)],
)
def test_a_quality_is_a_whole_number(query, quality):
    assert params.QUALITY.of(request(f"/image?{query}")) == quality


BAD_NUMBERS = [
    *("", "0", "101", "-1", "--1", "%2B5", "abc", "1e2", "5.0", "%205", "5%0A", "0x10", "1_0"),
    *("%D9%A5", "%EF%BC%95", "%C2%B2", "%00", "NaN", "null", "true", "9" * 400),
]


@pytest.mark.parametrize("value", BAD_NUMBERS)
def test_anything_else_is_refused(value):
    with pytest.raises(InvalidRequest) as caught:
        params.QUALITY.of(request(f"/image?quality={value}"))
    assert caught.value.details.startswith("quality: ")


@pytest.mark.parametrize("query", ["quality=5&quality=5", "quality=&quality=5"])
def test_a_parameter_is_given_once(query):
    with pytest.raises(InvalidRequest, match="more than once"):
        params.QUALITY.of(request(f"/image?{query}"))


@pytest.mark.parametrize(("query", "camera"), [("", None), ("camera=0", 0), ("camera=12", 12)])
def test_a_camera_is_a_number(query, camera):
    assert params.CAMERA.of(request(f"/image?{query}")) == camera


PATH = Query[str]("path", str, "A directory.", alias="directory")


def test_texts_are_decoded_once():
    assert PATH.of(request("/?path=a%2520b+c%C3%A9")) == "a%20b cé"


@pytest.mark.parametrize(
    ("query", "path"), [("path=a", "a"), ("directory=b", "b"), ("path=", ""), ("other=c", None)]
)
def test_either_name_of_a_parameter_will_do(query, path):
    assert PATH.of(request(f"/?{query}")) == path


def test_but_not_both_names():
    with pytest.raises(InvalidRequest, match="more than once"):
        PATH.of(request("/?path=a&directory=a"))


class TestBody:
    @pytest.mark.parametrize("headers", [[], [JSON], [FORM], [("content-type", "text/plain")]])
    def test_an_empty_one_leaves_every_default(self, headers):
        assert params.body(request(headers=headers), Body) == Body()

    @pytest.mark.parametrize(
        "media_type", ["application/json", "Application/JSON; charset=utf-8", "application/json ;x"]
    )
    def test_json(self, media_type):
        made = request(headers=[("content-type", media_type)], body=b'{"name":"a","on":true}')
        assert params.body(made, Body) == Body("a", on=True)

    def test_a_form_has_the_same_fields_as_text(self):
        body = b"name=a%20b&level=7&on=true"
        assert params.body(request(headers=[FORM], body=body), Body) == Body("a b", 7, on=True)

    def test_what_a_form_holds_beside_its_fields_is_not_looked_at(self):
        body = b"x=1&name=a&x=2&y"
        assert params.body(request(headers=[FORM], body=body[:-2]), Body) == Body("a")

    @pytest.mark.parametrize(
        ("header", "body"),
        [
            (JSON, b'{"level": "7"}'),
            (JSON, b'{"level": 7.5}'),
            (JSON, b'{"on": 1}'),
            (JSON, b"[]"),
            (JSON, b"null"),
            (JSON, b"{"),
            (JSON, b'{"name": "\xff"}'),
            (JSON, b"\xff\xfe"),
            (JSON, b'{"name": "\\ud800"}'),
            (JSON, b"[" * 100_000),
            (JSON, b'{"x":' * 10_000),
            (FORM, b"level=abc"),
            (FORM, b"name"),
            (FORM, b"\xff=1"),
            (FORM, b"&".join(b"%d=1" % number for number in range(101))),
            (FORM, b"name=a&name=b"),
        ],
    )
    def test_what_cannot_be_understood_is_refused(self, header, body):
        with pytest.raises(InvalidRequest):
            params.body(request(headers=[header], body=body), Body)

    @pytest.mark.parametrize(
        "media_type", ["", "text/plain", "multipart/form-data", "text/plain;application/json"]
    )
    def test_no_other_media_type_is_guessed_at(self, media_type):
        headers = [("content-type", media_type)] if media_type else []
        with pytest.raises(UnsupportedMediaType):
            params.body(request(headers=headers, body=b"{}"), Body)

    @pytest.mark.parametrize("number", [b"7.0", b"7e0", b"70e-1"])
    def test_a_whole_number_may_be_written_as_a_fraction(self, number):
        made = request(headers=[JSON], body=b'{"level":' + number + b"}")
        assert params.body(made, Body) == Body(level=7)

    def test_settings_of_any_name(self):
        made = request(headers=[JSON], body=b'{"a": {"b": [1.0, 1.5]}}')
        assert params.body(made, dict[str, object]) == {"a": {"b": [1, 1.5]}}
        made = request(headers=[FORM], body=b"a=1&b=x")
        assert params.body(made, dict[str, object]) == {"a": "1", "b": "x"}
        with pytest.raises(InvalidRequest, match="more than once"):
            params.body(request(headers=[FORM], body=b"a=1&a=2"), dict[str, object])
