import os
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sanic.compat import Header

from camerad.errors import RangeNotSatisfiable
from camerad.http.ranges import Span, Validators, is_unchanged, validators, wanted_span

MODIFIED_S = 1_700_000_000
CURRENT = Validators('"abc"', MODIFIED_S)
NOW = formatdate(MODIFIED_S, usegmt=True)
BEFORE, AFTER = (formatdate(MODIFIED_S + step, usegmt=True) for step in (-1, 1))
SIZE = 1000


def span(headers, size=SIZE):
    return wanted_span(Header(headers), CURRENT, size)


@pytest.mark.parametrize(
    ("value", "start", "length"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-999", 0, 1000),
        ("bytes=0-", 0, 1000),
        ("bytes=1-", 1, 999),
        ("bytes=999-", 999, 1),
        ("bytes=5-9999", 5, 995),
        ("bytes=5-" + "9" * 100, 5, 995),
        ("bytes=-1", 999, 1),
        ("bytes=-1000", 0, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=007-008", 7, 2),
        ("Bytes=0-1", 0, 2),
        ("bytes= 0-1 ", 0, 2),
    ],
)
def test_one_range(value, start, length):
    assert span({"range": value}) == Span(start, length)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=2-1",
        "bytes=0-1,2-3",
        "bytes=0-1,",
        "bytes=a-b",
        "bytes=0x0-1",
        "bytes=+1-2",
        "bytes=--1",
        "bytes=1",
        "bytes=0-1-2",
        "bytes=0 - 1",
        "bytes=\u0660-\u0661",
        "bytes=0-" + "9" * 5000,
        "bytes:0-1",
        "items=0-1",
        "lines=0-1",
        "0-1",
        "bytes=0-1\nbytes=2-3",
    ],
)
def test_what_is_no_range_of_ours_is_ignored(value):
    assert span({"range": value}) is None


def test_no_range_is_the_whole():
    assert span({}) is None


@pytest.mark.parametrize("value", ["bytes=1000-", "bytes=1000-1000", "bytes=99999-", "bytes=-0"])
def test_what_begins_behind_the_end(value):
    with pytest.raises(RangeNotSatisfiable) as raised:
        span({"range": value})
    assert raised.value.size_bytes == SIZE


def test_an_empty_file():
    assert span({"range": "bytes=-5"}, size=0) is None
    for value in ("bytes=0-", "bytes=0-0", "bytes=-0"):
        with pytest.raises(RangeNotSatisfiable):
            span({"range": value}, size=0)


@pytest.mark.parametrize(
    ("if_range", "holds"),
    [
        ('"abc"', True),
        (' "abc" ', True),
        (NOW, True),
        ('W/"abc"', False),
        ('"ab"', False),
        ("abc", False),
        ("*", False),
        ("", False),
        (BEFORE, False),
        (AFTER, False),
        ('"abc", "def"', False),
    ],
)
def test_if_range(if_range, holds):
    found = span({"range": "bytes=0-0", "if-range": if_range})
    assert found == (Span(0, 1) if holds else None)


def test_a_range_of_another_state_is_not_even_checked():
    assert span({"range": "bytes=5000-", "if-range": '"old"'}) is None


@given(st.integers(1, 5000), st.integers(0, 6000), st.integers(0, 6000))
def test_a_range_lies_in_the_file(size, first, last):
    try:
        found = span({"range": f"bytes={first}-{last}"}, size)
    except RangeNotSatisfiable:
        assert size <= first <= last
        return
    if found is None:
        assert last < first
    else:
        assert (found.start, found.start + found.length - 1) == (first, min(last, size - 1))


@given(st.text(), st.integers(0, 10))
def test_no_header_breaks_it(value, size):
    try:
        found = span({"range": "bytes=" + value}, size)
    except RangeNotSatisfiable:
        return
    assert found is None or 0 <= found.start < found.start + found.length <= size


def test_content_range():
    assert Span(5, 10).content_range(100) == "bytes 5-14/100"


@pytest.mark.parametrize(
    ("headers", "unchanged"),
    [
        ({}, False),
        ({"if-none-match": '"abc"'}, True),
        ({"if-none-match": 'W/"abc"'}, True),
        ({"if-none-match": '"x", W/"abc" ,"y"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"x"'}, False),
        ({"if-none-match": "abc"}, False),
        ({"if-none-match": ""}, False),
        ({"if-modified-since": NOW}, True),
        ({"if-modified-since": AFTER}, True),
        ({"if-modified-since": BEFORE}, False),
        ({"if-modified-since": "Tue, 14-Nov-23 22:13:20 GMT"}, True),
        ({"if-modified-since": "Tue Nov 14 22:13:20 2023"}, True),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": ""}, False),
        ({"if-none-match": '"x"', "if-modified-since": NOW}, False),
        ({"if-none-match": '"abc"', "if-modified-since": BEFORE}, True),
    ],
)
def test_is_unchanged(headers, unchanged):
    assert is_unchanged(Header(headers), CURRENT) == unchanged


@given(st.text())
def test_no_date_breaks_it(value):
    is_unchanged(Header({"if-modified-since": value}), CURRENT)


def test_each_state_of_a_file_has_its_own_tag(tmp_path):
    path = tmp_path / "f"
    tags = set()
    for content, mtime_ns in ((b"a", 1), (b"a", 2), (b"ab", 2)):
        path.write_bytes(content)
        os.utime(path, ns=(mtime_ns, mtime_ns))
        tags.add(validators(path.stat()).etag)
    (tmp_path / "g").write_bytes(b"ab")
    os.utime(tmp_path / "g", ns=(2, 2))
    tags.add(validators((tmp_path / "g").stat()).etag)
    assert len(tags) == 4
    assert tags.isdisjoint({f'"{path.stat().st_ino}"'})
    assert validators(path.stat()) == validators(path.stat())


def test_the_date_is_told_in_whole_seconds(tmp_path):
    path = tmp_path / "f"
    path.touch()
    os.utime(path, ns=(0, MODIFIED_S * 10**9 + 999_999_999))
    assert validators(path.stat()).last_modified == NOW
