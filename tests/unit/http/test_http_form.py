import itertools
from collections import deque

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camerad.errors import InvalidRequest, PayloadTooLarge
from camerad.http.form import FileForm
from camerad.storage.tree import Tree
from multipart_forms import BOUNDARY, file, form, part

MAX_FILE, MAX_OTHER = 10_000, 2_000


@pytest.fixture
def tree(tmp_path):
    return Tree({"/media/data": tmp_path / "media"}, 0)


@pytest.fixture
def reading(tree):
    """`reading(body, size)` feeds a form in pieces; gives it, and what its file holds."""

    def read(body, piece_size=10**6):
        with tree.stage() as writer:
            form = FileForm(BOUNDARY, writer, max_file_bytes=MAX_FILE, max_other_bytes=MAX_OTHER)
            for start in range(0, len(body), piece_size):
                form.feed(body[start : start + piece_size])
            name = form.finish()
            tree.aim(writer, name, overwrite=True)
            writer.commit()
        with tree.open_read(name) as opened, open(opened.descriptor, "rb", closefd=False) as kept:
            return form, kept.read()

    return read


FIELDS = [part("path", b"/data/x"), part("overwrite", b"true"), file(b"one\r\ntwo")]


@pytest.mark.parametrize("parts", list(itertools.permutations(FIELDS)))
@pytest.mark.parametrize("piece_size", [1, 7, 1000])
def test_the_fields_come_in_any_order_and_any_pieces(reading, parts, piece_size):
    read, content = reading(form(*parts), piece_size)
    assert read.filename == "f.bin"
    assert read.fields == {"path": "/data/x", "overwrite": "true"}
    assert content == b"one\r\ntwo"


NEARLY = f"\r\n--{BOUNDARY}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(st.sampled_from([NEARLY[:n].encode() for n in range(len(NEARLY))] + [b"x", b"\n"])),
    st.integers(1, 40),
)
def test_what_looks_like_a_boundary_stays_in_the_file(reading, pieces, piece_size):
    content = b"".join(pieces)
    assert reading(form(file(content)), piece_size)[1] == content


@pytest.mark.parametrize("content", [b"", b"\r\n", b"x" * MAX_FILE])
def test_any_file_up_to_the_limit(reading, content):
    assert reading(form(file(content)))[1] == content


def test_a_preamble_and_an_epilogue_are_nothing(reading):
    assert reading(b"preamble\r\n" + form(file()) + b"epilogue", 3)[1] == b"content"


@pytest.mark.parametrize("size", [MAX_FILE + 1, 5 * MAX_FILE])
@pytest.mark.parametrize("piece_size", [512, 10**6])
def test_a_file_over_the_limit(reading, size, piece_size):
    with pytest.raises(PayloadTooLarge, match="too large"):
        reading(form(file(b"x" * size)), piece_size)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="a b.bin"', "a b.bin"),
        ("filename=plain.bin", "plain.bin"),
        ('filename="ä😀.bin"', "ä😀.bin"),
        (r'filename="a\"b.bin"', 'a"b.bin'),
        ('filename="a%22b.bin"', 'a"b.bin'),
        ('filename="a%20b%2e%2e.bin"', "a%20b%2e%2e.bin"),
        (r'filename="C:\users\me\f.bin"', "f.bin"),
        ("filename*=utf-8''%C3%A4.bin", "ä.bin"),
        ("filename=f.bin; filename*=utf-8''f.bin", "f.bin"),
        ("filename=\"=?utf-8?B?w6Q=?=\"; filename*=UTF-8''%c3%a4.bin", "ä.bin"),
    ],
)
def test_the_name_as_all_kinds_of_clients_write_it(reading, disposition, name):
    lines = f"Content-Disposition: form-data; name=file; {disposition}\r\n\r\ncontent"
    assert reading(form(lines.encode()))[0].filename == name


BAD_NAMES = [
    "",
    ".",
    "..",
    "../f",
    "../../etc/passwd",
    "a/b",
    "/etc/passwd",
    r"a\b",
    r"..\f",
    "a%0Ab",
    "a\x7f",
    "\x01",
    "x" * 256,
    ".camerad-partial-0",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_none(reading, name):
    with pytest.raises(InvalidRequest):
        reading(form(file(filename=name)))


@pytest.mark.parametrize("name", ["..%2Ff", "%00", "%2e%2e", "%ff", "a%5Cb", "%c0%ae"])
def test_an_extended_name_that_is_none(reading, name):
    lines = f"Content-Disposition: form-data; name=file; filename*=utf-8''{name}\r\n\r\n"
    with pytest.raises(InvalidRequest):
        reading(form(lines.encode()))


DISPOSITION = b'Content-Disposition: form-data; name="file"; filename="f"\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        form(),
        form(part("path", b"x")),
        form(part("file", b"content")),
        form(file(), file(filename="g.bin")),
        form(part("path", b"a"), file(), part("path", b"b")),
        form(part("path", b"\xff"), file()),
        form(b"no header\r\n\r\ncontent"),
        form(b"Content-Type: text/plain\r\n\r\ncontent"),
        form(b'Content-Disposition: attachment; name="file"; filename="f"\r\n\r\n'),
        form(b'Content-Disposition: form-data; name="\xff"\r\n\r\n', file()),
        form(file()).replace(b"\r\n", b"\n"),
        form(file())[:-4],
        form(file())[:-10],
        form(file(), boundary="other"),
        form(*[part(f"field{number}", b"") for number in range(40)], file()),
        form(part("path", b"x" * MAX_OTHER), file()),
        form(b"X: y\r\n" * 20 + DISPOSITION + b"\r\n"),
        form(b"X: " + b"y" * 5000 + b"\r\n" + DISPOSITION + b"\r\n"),
        b"x" * (MAX_OTHER + 1),
        form(file()) + b"x" * MAX_OTHER,
    ],
    ids=lambda body: repr(body[:60]),
)
@pytest.mark.parametrize("piece_size", [100, 10**6])
def test_what_is_no_form_with_one_file(reading, body, piece_size):
    with pytest.raises(InvalidRequest):
        reading(body, piece_size)


ENDLESS = {
    "fields": form(*[part(f"a{number}", b"b") for number in range(1000)]),
    "files": form(file(), *[file()] * 1000),
    "headers": b"--" + BOUNDARY.encode() + b"\r\n" + b"X-Header: y\r\n" * 10_000,
    "header": b"--" + BOUNDARY.encode() + b"\r\nX: " + b"y" * 100_000,
    "continued header": b"--" + BOUNDARY.encode() + b"\r\nX: y\r\n" + b" z\r\n" * 10_000,
    "preamble": b"\r\n" * 100_000,
    "field": form(part("path", b"x" * 100_000))[:-4],
    "epilogue": form(file()) + form(file()) * 1000,
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_refused_soon(tree, body):
    with tree.stage() as writer:
        form = FileForm(BOUNDARY, writer, max_file_bytes=MAX_FILE, max_other_bytes=MAX_OTHER)
        pieces = iter([body[start : start + 100] for start in range(0, len(body), 100)])
        with pytest.raises(InvalidRequest):
            deque(map(form.feed, pieces))
    assert len(list(pieces)) * 100 > len(body) - 10_000


def test_a_boundary_that_is_none(tree):
    with tree.stage() as writer, pytest.raises(InvalidRequest):
        FileForm("", writer, max_file_bytes=1, max_other_bytes=1)
