import pytest

from camerad.errors import FileMissing, InvalidRequest, PermissionDenied
from camerad.http.filepaths import at_url


class Tree:
    """Has these paths, as `call` finds them; its roots are /media/data and /data."""

    def __init__(self, *paths):
        self.paths = paths
        self.asked = []

    def covers(self, path):
        return not path.startswith("/") or f"{path}/".startswith(("/media/data/", "/data/"))

    def call(self, path):
        self.asked.append(path)
        if not self.covers(path):
            raise PermissionDenied("outside")
        if path not in self.paths:
            raise FileMissing(path)
        return path


@pytest.mark.parametrize(
    ("filepath", "path"),
    [
        ("recordings/a.avi", "recordings/a.avi"),
        ("a%20b.avi", "a b.avi"),
        ("a%2Fb.avi", "a/b.avi"),
        ("100%", "100%"),
        ("%C3%A4", "ä"),
        ("/data/x", "/data/x"),
        ("%2Fdata%2Fx", "/data/x"),
        ("%252e%252e%252fx", "%2e%2e%2fx"),
    ],
)
def test_a_path_is_decoded_once(filepath, path):
    tree = Tree(path)
    assert at_url(tree, filepath, tree.call)() == path
    assert tree.asked == [path]


@pytest.mark.parametrize(
    "filepath", ["%ff", "a/%c0%ae%c0%ae/b", "%e0%80%af", "%ed%a0%80", "%F8%80"]
)
def test_only_strict_utf_8_is_a_path(filepath):
    tree = Tree()
    with pytest.raises(InvalidRequest):
        at_url(tree, filepath, tree.call)
    assert tree.asked == []


def test_a_joined_path_is_absolute_where_nothing_relative_is():
    tree = Tree("/media/data/x", "/data/y", "data/z", "/data/z")
    found = [at_url(tree, path, tree.call)() for path in ("media/data/x", "data/y", "data/z")]
    assert found == ["/media/data/x", "/data/y", "data/z"]


@pytest.mark.parametrize("filepath", ["etc/passwd", "x", "/data/x", "database/x"])
def test_what_is_missing_is_looked_for_once(filepath):
    tree = Tree()
    with pytest.raises(FileMissing):
        at_url(tree, filepath, tree.call)()
    assert tree.asked == [filepath]


def test_what_is_missing_at_both_places():
    tree = Tree()
    with pytest.raises(FileMissing):
        at_url(tree, "data/x", tree.call)()
    assert tree.asked == ["data/x", "/data/x"]
