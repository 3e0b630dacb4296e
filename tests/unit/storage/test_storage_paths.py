import pytest
from hypothesis import given
from hypothesis import strategies as st

from camerad.errors import InvalidRequest, PermissionDenied
from camerad.storage.partial import PREFIX
from camerad.storage.paths import VirtualPath, is_name, parse_path

ROOTS = ("/media/data", "/data")


@pytest.mark.parametrize(
    ("text", "root", "names"),
    [
        ("/media/data", "/media/data", ()),
        ("/media/data/", "/media/data", ()),
        ("/data/configs/", "/data", ("configs",)),
        ("/media/data/recordings/a.avi", "/media/data", ("recordings", "a.avi")),
        ("recordings/a.avi", "/media/data", ("recordings", "a.avi")),
        ("data/x", "/media/data", ("data", "x")),
        ("...", "/media/data", ("...",)),
        ("..x/x..", "/media/data", ("..x", "x..")),
        (" a b ", "/media/data", (" a b ",)),
        ("~root", "/media/data", ("~root",)),
        ("ünïcödé/日本.avi", "/media/data", ("ünïcödé", "日本.avi")),
        ("%2e%2e/x", "/media/data", ("%2e%2e", "x")),
        ("x" * 255, "/media/data", ("x" * 255,)),
    ],
)
def test_paths(text, root, names):
    parsed = parse_path(text, ROOTS)
    assert parsed == VirtualPath(root, names)
    assert parse_path(str(parsed), ROOTS) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//",
        ".",
        "..",
        "./x",
        "x/.",
        "../x",
        "x/..",
        "x/../y",
        "/media/data/../../etc/passwd",
        "/media/data/./x",
        "//media/data",
        "/media//data",
        "/media/data//x",
        "/media/data//",
        "/../media/data",
        "x\x00",
        "x\x00.jpg",
        "x\n",
        "x\x1b[31m",
        "x\x7f",
        "x\x85",
        "\ud800",
        "..\\..\\windows",
        "C:\\x",
        "x" * 256,
        "ä" * 128,
        "x/" * 2048,
        PREFIX + "0",
        f"x/{PREFIX}0",
    ],
)
def test_what_is_no_path(text):
    with pytest.raises(InvalidRequest):
        parse_path(text, ROOTS)


@pytest.mark.parametrize(
    "text",
    ["/etc/passwd", "/media", "/media/dat", "/media/data2", "/MEDIA/DATA", "/proc/self/root", "/x"],
)
def test_outside(text):
    with pytest.raises(PermissionDenied) as caught:
        parse_path(text, ROOTS)
    assert text not in caught.value.message


def test_parts():
    path = VirtualPath("/data", ("a", "b"))
    assert (path.name, str(path.parent)) == ("b", "/data/a")
    root = VirtualPath("/data", ())
    assert (root.name, root.parent) == ("", root)
    assert path.is_below(path)
    assert path.is_below(root)
    assert not root.is_below(path)
    assert not VirtualPath("/data", ("ab",)).is_below(VirtualPath("/data", ("a",)))
    assert not VirtualPath("/media/data", ("a",)).is_below(root)


@pytest.mark.parametrize("name", ["a/b", "/", "a\\b", "", "..", "\udcff", PREFIX])
def test_what_is_no_name(name):
    assert not is_name(name)


@given(st.text() | st.from_regex(r"(/?(media|data|\.|\.\.|a|\x00|\\)?){1,6}", fullmatch=True))
def test_whatever_is_written_is_a_path_below_a_root_or_refused(text):
    try:
        parsed = parse_path(text, ROOTS)
    except (InvalidRequest, PermissionDenied):
        return
    assert parsed.root in ROOTS
    assert not {"", ".", ".."} & set(parsed.names)
    assert "/" not in "".join(parsed.names)
    assert "\0" not in "".join(parsed.names)
    assert parse_path(str(parsed), ROOTS) == parsed
