import pytest
from requests_by_hand import request
from sanic.exceptions import BadRequest, URITooLong

from camerad.http.heads import (
    HEAD_LIMIT_BYTES,
    MAX_HEADERS,
    URL_LIMIT_BYTES,
    HeadTooLarge,
    check_fields,
    check_head,
    too_large,
)


def headers(count):
    return [(f"x-{number}", "") for number in range(count)]


def test_up_to_the_limits_all_is_well():
    check_head(request("/" * URL_LIMIT_BYTES, headers=headers(MAX_HEADERS)))


def test_a_url_can_be_too_long():
    with pytest.raises(URITooLong):
        check_head(request("/" * (URL_LIMIT_BYTES + 1)))


def test_there_can_be_too_many_headers():
    with pytest.raises(HeadTooLarge):
        check_head(request(headers=headers(MAX_HEADERS + 1)))


def test_repeated_headers_count_each():
    with pytest.raises(HeadTooLarge):
        check_head(request(headers=[("x", "")] * (MAX_HEADERS + 1)))


@pytest.mark.parametrize(
    ("begin", "error"), [(b"GET / HTTP/1.1\r\nX: ", HeadTooLarge), (b"GET /", URITooLong)]
)
def test_a_whole_head_is_too_large_by_what_it_begins_with(begin, error):
    assert isinstance(too_large(begin + b"a" * HEAD_LIMIT_BYTES), error)


@pytest.mark.parametrize(
    "fields", [b"", b"\r\nA-b_c.1: x\ty \xff", b"\r\nX:", b"\r\nX: a:b\r\nY: http://z/"]
)
def test_fields_as_they_are_written(fields):
    check_fields(b"GET /a?b=c HTTP/1.1" + fields)


@pytest.mark.parametrize(
    "field",
    [
        *(b"Content-Length : 5", b"X\t: 1", b" X: 1", b": 1", b"X", b"", b"X(y): 1", b"\xff: 1"),
        *(b"X: a\x00b", b"X: a\rb", b"X: a\nY: b", b"X: a\x7f"),
    ],
)
def test_fields_that_could_be_read_in_two_ways(field):
    for fields in (b"\r\n" + field, b"\r\nA: 1\r\n" + field + b"\r\nB: 2"):
        with pytest.raises(BadRequest):
            check_fields(b"GET / HTTP/1.1" + fields)
