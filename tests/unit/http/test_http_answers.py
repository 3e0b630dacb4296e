import pytest
from sanic import HTTPResponse
from sanic.headers import format_http1_response

from camerad.http.answers import SECURITY_HEADERS, json_answer

HEADERS = {
    "x-text": "plain",
    "x-number": 7,
    "x-truth": True,
    "x-one": 1,
    "x-umlaut": "ü",
    "x-lines": "a\r\nSet-Cookie: b",
}


@pytest.mark.parametrize("status", [200, 201, 404])
def test_the_head_is_as_sanic_writes_it(status):
    headers = {"content-type": "application/json", **HEADERS}
    plain = HTTPResponse(b"{}", status, headers | SECURITY_HEADERS)
    expected = format_http1_response(status, plain.processed_headers)
    answer = json_answer({}, status, HEADERS)
    assert answer.head() == expected
    assert answer.head() == expected  # from those that are remembered as well
    assert format_http1_response(status, answer.processed_headers) == expected


def test_no_header_can_bring_another():
    answer = json_answer({}, headers={"x-name": "a\r\nSet-Cookie: b"})
    assert answer.head().count(b"\r\n") == 4 + len(SECURITY_HEADERS)
    assert b"\nSet-Cookie" not in answer.head()
