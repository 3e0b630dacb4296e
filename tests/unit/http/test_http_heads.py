import pytest
from requests_by_hand import request
from sanic.exceptions import PayloadTooLarge, URITooLong

from camerad.http.heads import MAX_HEADERS, URL_LIMIT_BYTES, check_head


def headers(count):
    return [(f"x-{number}", "") for number in range(count)]


def test_up_to_the_limits_all_is_well():
    check_head(request("/" * URL_LIMIT_BYTES, headers=headers(MAX_HEADERS)))


def test_a_url_can_be_too_long():
    with pytest.raises(URITooLong):
        check_head(request("/" * (URL_LIMIT_BYTES + 1)))


def test_there_can_be_too_many_headers():
    with pytest.raises(PayloadTooLarge):
        check_head(request(headers=headers(MAX_HEADERS + 1)))


def test_repeated_headers_count_each():
    with pytest.raises(PayloadTooLarge):
        check_head(request(headers=[("x", "")] * (MAX_HEADERS + 1)))
