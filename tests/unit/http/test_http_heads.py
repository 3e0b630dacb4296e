import pytest
from requests_by_hand import request
from sanic.exceptions import URITooLong

from camerad.http.heads import (
    HEAD_LIMIT_BYTES,
    MAX_HEADERS,
    URL_LIMIT_BYTES,
    HeadTooLarge,
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
