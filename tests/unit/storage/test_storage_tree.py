import errno
import os
import stat

import pytest

from camerad.errors import (
    Conflict,
    DirectoryNotEmpty,
    FileExists,
    FileMissing,
    InsufficientStorage,
    InvalidRequest,
    PermissionDenied,
    RecordingInProgress,
)
from camerad.storage.beneath import best_opener, open_by_steps
from camerad.storage.partial import PREFIX, Partial
from camerad.storage.root import Root
from camerad.storage.tree import Tree


@pytest.fixture
def media(tmp_path):
    return tmp_path / "state" / "media"


@pytest.fixture(params=[best_opener, lambda: open_by_steps], ids=["kernel", "steps"])
def tree(request, tmp_path, media):
    tree = Tree({"/media/data": media, "/data": tmp_path / "state" / "data"}, 0, request.param())
    tree.prepare()
    (tmp_path / "outside").write_bytes(b"secret")
    yield tree
    assert (tmp_path / "outside").read_bytes() == b"secret"


def read(tree, path):
    with tree.open_read(path) as opened:
        return os.read(opened.descriptor, 1 << 20)


def everything(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def test_a_file_is_written_and_read(tree, media):
    tree.write("/media/data/a/b/c.bin", b"content")
    assert read(tree, "a/b/c.bin") == b"content"
    assert everything(media) == ["a", "a/b", "a/b/c.bin"]
    assert stat.S_IMODE((media / "a/b/c.bin").stat().st_mode) & 0o137 == 0


def test_roots_are_apart(tree, tmp_path):
    tree.write("/data/x", b"1")
    assert (tmp_path / "state" / "data" / "x").read_bytes() == b"1"
    assert not tree.exists("/media/data/x")


def test_open_files_tell_what_they_are(tree):
    tree.write("/data/x", b"123")
    with tree.open_read("/data/x") as opened:
        assert (str(opened.path), opened.status.st_size) == ("/data/x", 3)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("missing", FileMissing),
        ("missing/x", FileMissing),
        ("file/x", FileMissing),
        ("directory", InvalidRequest),
        ("/media/data", InvalidRequest),
        ("fifo", PermissionDenied),
        ("link", PermissionDenied),
        ("out", PermissionDenied),
        ("etc/passwd", PermissionDenied),
        ("../outside", InvalidRequest),
        ("/etc/passwd", PermissionDenied),
    ],
)
def test_what_cannot_be_read(tree, media, path, error):
    tree.write("file", b"x")
    (media / "directory").mkdir()
    os.mkfifo(media / "fifo")
    (media / "link").symlink_to("file")
    (media / "out").symlink_to("../../outside")
    (media / "etc").symlink_to("/etc")
    with pytest.raises(error) as caught:
        tree.open_read(path)
    assert str(media) not in f"{caught.value.message} {caught.value.details}"


def test_a_taken_name_is_kept(tree):
    tree.write("x", b"old")
    with pytest.raises(FileExists):
        tree.create("x")
    tree.write("x", b"new", overwrite=True)
    assert read(tree, "x") == b"new"


def test_a_name_taken_meanwhile_is_kept(tree, media):
    with tree.create("x") as writer:
        writer.write(b"late")
        tree.write("x", b"early")
        with pytest.raises(FileExists):
            writer.commit()
    assert read(tree, "x") == b"early"
    assert everything(media) == ["x"]


def test_the_kernel_has_the_last_word_on_taken_names(tree, monkeypatch):
    tree.write("x", b"early")
    monkeypatch.setattr(tree, "_exists", lambda _path: False)
    with pytest.raises(FileExists), tree.create("x") as writer:
        writer.commit()
    assert read(tree, "x") == b"early"


@pytest.mark.parametrize("end", ["abort", "leave", "raise"])
def test_what_is_not_committed_leaves_nothing(tree, media, end):
    writer = tree.create("new/directory/x")
    writer.write(b"half")
    if end == "abort":
        writer.abort()
    elif end == "leave":
        with writer:
            pass
    else:
        with pytest.raises(RuntimeError), writer:
            raise RuntimeError
    assert everything(media) == []
    writer.abort()


def test_half_a_file_is_not_seen(tree):
    with tree.create("x") as writer:
        writer.write(b"half")
        assert not tree.exists("x")
        assert tree.listing("/media/data").entries == []
        writer.commit()
    assert tree.exists("x")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/media/data", InvalidRequest),
        ("directory/", InvalidRequest),
        ("file/x", FileExists),
        ("file/x/y", FileExists),
        ("directory", FileExists),
        ("out/x", PermissionDenied),
        ("dangling", FileExists),
        ("/etc/x", PermissionDenied),
        (PREFIX + "x", InvalidRequest),
    ],
)
def test_what_cannot_be_made(tree, media, tmp_path, path, error):
    tree.write("file", b"x")
    (media / "directory").mkdir()
    (media / "out").symlink_to("../..")
    (media / "dangling").symlink_to(tmp_path / "made")
    with pytest.raises(error):
        tree.write(path, b"")
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "made").exists()


def test_a_directory_is_not_overwritten(tree, media):
    (media / "directory").mkdir()
    with pytest.raises(InvalidRequest):
        tree.write("directory", b"", overwrite=True)


def test_overwriting_a_link_leaves_its_target(tree, media):
    (media / "x").symlink_to("../../outside")
    tree.write("x", b"new", overwrite=True)
    assert read(tree, "x") == b"new"


def test_a_staged_file_goes_where_it_is_told_in_the_end(tree, media):
    with tree.stage() as writer:
        writer.write(b"1")
        tree.aim(writer, "/data/configs/x")
        assert str(writer.commit()) == "/data/configs/x"
    assert read(tree, "/data/configs/x") == b"1"
    assert everything(media) == []


def test_a_staged_file_can_be_read_before_it_appears(tree):
    with tree.stage() as writer:
        writer.write(b"bundle")
        assert os.pread(writer.fileno(), 10, 0) == b"bundle"


def test_a_staged_file_can_be_aimed_again_after_a_refusal(tree):
    tree.write("x", b"old")
    with tree.stage() as writer:
        writer.write(b"new")
        with pytest.raises(FileExists):
            tree.aim(writer, "x")
        tree.aim(writer, "y")
        writer.commit()
    assert (read(tree, "x"), read(tree, "y")) == (b"old", b"new")


def test_another_file_system_gets_a_copy(tree, media, monkeypatch):
    real, refused = os.rename, []

    def rename(source, target, **keywords):
        if not refused:
            refused.append(target)
            raise OSError(errno.EXDEV, "")
        real(source, target, **keywords)

    monkeypatch.setattr(os, "rename", rename)
    data = os.urandom(100_000)
    tree.write("sub/x", data, overwrite=True)
    assert read(tree, "sub/x") == data
    assert everything(media) == ["sub", "sub/x"]


def test_the_reserve_is_not_touched(tree, media):
    tree.reserve_bytes = tree.usage().total
    with pytest.raises(InsufficientStorage):
        tree.write("x", b"1")
    assert everything(media) == []


def test_room_is_looked_at_before_the_first_byte(tree):
    for begin in (lambda size: tree.create("x", size_bytes=size), tree.stage):
        with pytest.raises(InsufficientStorage):
            begin(tree.usage().free + (1 << 30))


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, InsufficientStorage),
        (errno.EDQUOT, InsufficientStorage),
        (errno.EIO, OSError),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_faults_of_the_disk_leave_nothing(tree, media, monkeypatch, call, number, error):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(error):
        tree.write("x", b"1", overwrite=True)
    assert everything(media) == []


def test_a_commit_is_durable(tree, monkeypatch):
    """The file before it gets its name; then every directory that got a new name in it."""
    order = []

    def fsync(descriptor):
        order.append(os.readlink(f"/proc/self/fd/{descriptor}").rpartition("/")[2])

    with tree.create("new/deeper/x") as writer:
        monkeypatch.setattr(os, "fsync", fsync)
        writer.commit()
    assert order[0].startswith(PREFIX)
    assert order[1:] == ["media", "new", "deeper"]


def test_a_start_removes_what_a_killed_daemon_left(tree, media):
    (media / "kept").write_bytes(b"")
    directory = os.open(media, os.O_RDONLY)
    left = Partial(directory, 0o600)
    for descriptor in (directory, left.descriptor, left._directory):
        os.close(descriptor)
    tree.prepare()
    assert everything(media) == ["kept"]


def test_listing(tree, media):
    tree.write("b.AVI", b"12")
    tree.write("sub/a.avi", b"345")
    tree.write("sub/deep/c.jpg", b"6")
    (media / "empty").mkdir()
    (media / "link").symlink_to("sub")
    os.mkfifo(media / "fifo")
    (media / os.fsdecode(b"latin\xe9")).write_bytes(b"")

    flat = tree.listing("/media/data")
    assert [entry.name for entry in flat.entries] == ["b.AVI", "empty", "sub"]
    assert (flat.path, flat.total_size) == ("/media/data", 2)
    assert (flat.file_count, flat.directory_count) == (1, 2)
    deep = tree.listing("/media/data/", recursive=True)
    assert [entry.name for entry in deep.entries] == [
        "b.AVI",
        "empty",
        "sub",
        "sub/a.avi",
        "sub/deep",
        "sub/deep/c.jpg",
    ]
    assert deep.total_size == 6


@pytest.mark.parametrize("suffix", ["avi", ".avi", "AVI"])
def test_listing_of_one_kind(tree, suffix):
    for path in ("b.AVI", "sub/a.avi", "sub.avi/c.jpg", "xavi"):
        tree.write(path, b"1")
    listing = tree.listing("/media/data", recursive=True, suffix=suffix)
    assert [entry.name for entry in listing.entries] == ["b.AVI", "sub/a.avi"]
    assert (listing.file_count, listing.directory_count, listing.total_size) == (2, 0, 2)


@pytest.mark.parametrize(
    ("path", "error"),
    [("missing", FileMissing), ("file", FileMissing), ("link", PermissionDenied)],
)
def test_what_cannot_be_listed(tree, media, path, error):
    tree.write("file", b"")
    (media / "link").symlink_to("/etc")
    with pytest.raises(error):
        tree.listing(path)


def test_deletion(tree, media):
    tree.write("file", b"")
    tree.write("full/x", b"")
    (media / "empty").mkdir()
    (media / "link").symlink_to("full")
    tree.delete("file")
    tree.delete("link")
    for directory in ("full", "empty"):
        with pytest.raises(DirectoryNotEmpty):
            tree.delete(directory)
        tree.delete(f"{directory}/", recursive=True)
    assert everything(media) == []


@pytest.mark.parametrize(
    ("path", "covered"),
    [("/media/data", True), ("/media/data/none", True), ("any", True), ("/etc", False)],
)
def test_what_the_roots_cover(tree, path, covered):
    assert tree.covers(path) == covered


def test_a_large_file_is_handed_to_the_disk_while_it_is_written(tree, monkeypatch):
    begun = []
    monkeypatch.setattr(
        "camerad.storage.writer.begin_writing_out", lambda *given: begun.append(given[1:])
    )
    with tree.create("large") as writer:
        for _ in range(20):
            writer.write(bytes(1 << 20))
    assert begun == [(start << 20, 8 << 20) for start in (0, 8)]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/media/data", PermissionDenied),
        ("/media/data/", PermissionDenied),
        ("/data", PermissionDenied),
        ("missing", FileMissing),
        ("out/outside", PermissionDenied),
        ("../outside", InvalidRequest),
    ],
)
def test_what_cannot_be_deleted(tree, media, path, error):
    (media / "out").symlink_to("../..")
    with pytest.raises(error):
        tree.delete(path, recursive=True)
    assert media.is_dir()


def test_recursive_deletion_takes_links_not_what_they_lead_to(tree, media, tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_bytes(b"")
    tree.write("top/a/x", b"")
    (media / "top" / "link").symlink_to(tmp_path / "precious")
    (media / "top" / "a" / "up").symlink_to("../../../..")
    os.mkfifo(media / "top" / "fifo")
    (media / "top" / os.fsdecode(b"latin\xe9")).mkdir()
    tree.delete("top", recursive=True)
    assert everything(media) == []
    assert (tmp_path / "precious" / "file").exists()


@pytest.mark.parametrize(
    "moment", ["before it is opened", "while it is open", "before its removal"]
)
def test_a_link_swapped_in_during_deletion_leads_nowhere(
    tree, media, tmp_path, monkeypatch, moment
):
    precious, victim, aside = tmp_path / "precious", media / "top" / "victim", media / "aside"
    precious.mkdir()
    (precious / "x").write_bytes(b"")
    tree.write("top/victim/x", b"")

    def swap():
        victim.rename(aside)
        victim.symlink_to(precious)

    def swap_before(real, matches):
        def call(*arguments, **keywords):
            if matches(*arguments) and not aside.exists():
                swap()
            return real(*arguments, **keywords)

        return call

    if moment == "before it is opened":
        real = Root.open
        swapping = swap_before(real, lambda _root, names, _flags: names == ("top", "victim"))
        monkeypatch.setattr(Root, "open", swapping)
    elif moment == "while it is open":
        monkeypatch.setattr(os, "unlink", swap_before(os.unlink, lambda name: name == "x"))
    else:
        monkeypatch.setattr(os, "rmdir", swap_before(os.rmdir, lambda name: name == "victim"))
    with pytest.raises((PermissionDenied, FileMissing)):
        tree.delete("top", recursive=True)
    assert aside.exists()
    assert everything(precious) == ["x"]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda tree: tree.delete("sub/rec.avi"),
        lambda tree: tree.delete("sub", recursive=True),
        lambda tree: tree.write("sub/rec.avi", b"", overwrite=True),
        lambda tree: tree.create("/media/data/sub/rec.avi"),
    ],
)
def test_a_protected_file_stays(tree, attempt):
    tree.write("sub/rec.avi", b"frames")
    release = tree.protect("/media/data/sub/rec.avi")
    with pytest.raises(RecordingInProgress):
        attempt(tree)
    assert read(tree, "sub/rec.avi") == b"frames"
    release()
    release()
    tree.delete("sub/rec.avi")


def test_a_protected_file_can_be_read_and_its_neighbours_deleted(tree):
    tree.write("a", b"1")
    tree.write("ab", b"2")
    tree.protect("a", Conflict)
    assert read(tree, "a") == b"1"
    tree.delete("ab")
    with pytest.raises(Conflict):
        tree.delete("a")


def test_protection_that_begins_during_an_upload_holds(tree):
    tree.write("rec.avi", b"old")
    with tree.create("rec.avi", overwrite=True) as writer:
        tree.protect("rec.avi")
        with pytest.raises(RecordingInProgress):
            writer.commit()
    assert read(tree, "rec.avi") == b"old"


def test_usage(tree, media):
    total = tree.usage().total
    assert 0 < tree.usage().free <= total
    assert tree.usage("not/there/yet").total == total
    media.rmdir()
    assert tree.usage().total == total


def test_a_root_that_is_gone(tree, media):
    media.rmdir()
    with pytest.raises(FileMissing):
        tree.open_read("x")
    tree.write("a/x", b"1")
    assert read(tree, "a/x") == b"1"


def test_no_descriptor_leaks(tree, media):
    (media / "link").symlink_to("x")
    before = len(os.listdir("/proc/self/fd"))
    tree.write("a/b", b"")
    tree.listing("a", recursive=True)
    for attempt in (tree.open_read, tree.listing, tree.create, tree.delete):
        for path in ("a", "link", "missing/x", "a/b/c", "/media/data"):
            try:
                result = attempt(path)
            except (FileExists, FileMissing, InvalidRequest, PermissionDenied, DirectoryNotEmpty):
                continue
            if attempt == tree.create:
                result.abort()
    assert len(os.listdir("/proc/self/fd")) == before
