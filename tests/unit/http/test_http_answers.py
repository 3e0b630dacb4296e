import pytest
from sanic import HTTPResponse

from camerad.http.answers import Answer, json_answer

HEADERS = {
    "x-text": "plain",
    "x-number": 7,
    "x-truth": True,
    "x-one": 1,
    "x-umlaut": "ü",
    "x-lines": "a\r\nSet-Cookie: b",
}


@pytest.mark.parametrize("status", [200, 204, 304, 404])
def test_headers_are_encoded_as_sanic_does(status):
    def encoded(kind):
        response = kind(b"{}", status, dict(HEADERS), "application/json")
        return list(response.processed_headers)

    expected = encoded(HTTPResponse)
    assert encoded(Answer) == expected
    assert encoded(Answer) == expected  # those that are remembered as well


def test_no_header_can_bring_another():
    answer = json_answer({}, headers={"x-name": "a\r\nSet-Cookie: b"})
    assert all(b"\n" not in part for header in answer.processed_headers for part in header)
