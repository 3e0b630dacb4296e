import errno
import os
import stat

import pytest

from camerad.storage import partial as partial_module
from camerad.storage.atomic import write_atomic
from camerad.storage.partial import PREFIX, Partial, remove_partials


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


@pytest.mark.parametrize("step", ["fchmod", "write", "fsync", "rename"])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    (tmp_path / "f").write_bytes(b"old")

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space"):
        write_atomic(tmp_path / "f", b"new")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


def test_a_kernel_that_takes_little_at_once_gets_all(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:7]))
    write_atomic(tmp_path / "f", b"0123456789" * 10)
    assert (tmp_path / "f").read_bytes() == b"0123456789" * 10


def test_file_and_then_directory_are_synced(tmp_path, monkeypatch):
    order = []
    real_rename = os.rename

    def fsync(descriptor):
        is_directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        order.append("directory" if is_directory else "file")

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


def orphan(directory):
    """What a killed process leaves: its lock is gone, the file is not."""
    partial = Partial(directory, 0o600)
    os.close(partial.descriptor)
    os.close(partial._directory)


def test_orphans_are_removed_and_nothing_else(tmp_path, directory):
    orphan(directory)
    (tmp_path / "other").write_bytes(b"")
    (tmp_path / (PREFIX + "directory")).mkdir()
    (tmp_path / (PREFIX + "link")).symlink_to("other")
    with Partial(directory, 0o600):
        assert remove_partials(directory) == 1
        assert len(os.listdir(tmp_path)) == 4
    assert set(os.listdir(tmp_path)) == {"other", PREFIX + "directory", PREFIX + "link"}


@pytest.mark.parametrize("cannot", [errno.EINVAL, errno.ENOSYS, None])
def test_no_overwriting_where_the_file_system_has_no_call_for_it(
    tmp_path, directory, monkeypatch, cannot
):
    def rename_noreplace(*_):
        raise OSError(cannot, "") if cannot else AttributeError("renameat2")

    monkeypatch.setattr(partial_module, "rename_noreplace", rename_noreplace)
    (tmp_path / "taken").write_bytes(b"old")
    with Partial(directory, 0o600) as partial:
        with pytest.raises(FileExistsError):
            partial.rename(directory, "taken", overwrite=False)
        partial.rename(directory, "free", overwrite=False)
    assert (tmp_path / "taken").read_bytes() == b"old"
    assert set(os.listdir(tmp_path)) == {"taken", "free"}
