import errno
import os
import stat

import pytest

from camerad.storage import atomic
from camerad.storage.atomic import write_atomic
from camerad.storage.partial import PREFIX, open_partial, remove_partials


@pytest.fixture
def directory(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


def test_new_file_is_private_and_whole(tmp_path):
    write_atomic(tmp_path / "f", b"x" * 100_000)
    assert (tmp_path / "f").read_bytes() == b"x" * 100_000
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["f"]


def test_mode_is_exact_whatever_the_umask(tmp_path):
    old = os.umask(0o077)
    try:
        write_atomic(tmp_path / "f", b"x", 0o644)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o644


def test_symlink_is_replaced_not_followed(tmp_path):
    (tmp_path / "target").write_bytes(b"untouched")
    (tmp_path / "f").symlink_to("target")
    write_atomic(tmp_path / "f", b"new")
    assert (tmp_path / "target").read_bytes() == b"untouched"
    assert not (tmp_path / "f").is_symlink()


@pytest.mark.parametrize("call", ["write_all", "give_to_owner"])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call):
    (tmp_path / "f").write_bytes(b"old")

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic, call, fail)
    with pytest.raises(OSError, match="No space"):
        write_atomic(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


def test_file_and_then_directory_are_synced(tmp_path, monkeypatch):
    order = []
    real_sync, real_rename = os.fsync, os.rename

    def fsync(descriptor):
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        order.append("directory" if is_directory else "file")
        real_sync(descriptor)

    def rename(*arguments, **keywords):
        order.append("rename")
        real_rename(*arguments, **keywords)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    write_atomic(tmp_path / "f", b"x")
    assert order == ["file", "rename", "directory"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_leaves_the_file_to_the_owner_of_the_directory(tmp_path):
    os.chown(tmp_path, 1234, 1235)
    write_atomic(tmp_path / "f", b"x")
    assert ((tmp_path / "f").stat().st_uid, (tmp_path / "f").stat().st_gid) == (1234, 1235)


def test_orphans_are_removed_and_nothing_else(tmp_path, directory):
    orphan, _ = open_partial(directory, 0o600)
    os.close(orphan)
    alive, alive_name = open_partial(directory, 0o600)
    (tmp_path / "other").write_bytes(b"")
    (tmp_path / (PREFIX + "directory")).mkdir()
    (tmp_path / (PREFIX + "link")).symlink_to("other")

    assert remove_partials(directory) == 1
    assert set(os.listdir(tmp_path)) == {
        "other",
        alive_name,
        PREFIX + "directory",
        PREFIX + "link",
    }
    os.close(alive)
    assert remove_partials(directory) == 1
