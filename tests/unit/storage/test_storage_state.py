import os
import stat

import pytest

from camerad.errors import StartupError
from camerad.storage.partial import Partial
from camerad.storage.state import prepare_state


def test_it_is_made_private(tmp_path):
    prepare_state(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_it_is_kept_but_for_orphans(tmp_path):
    (tmp_path / "kept").write_bytes(b"x")
    directory = os.open(tmp_path, os.O_RDONLY)
    partial = Partial(directory, 0o600)
    for descriptor in (partial.descriptor, partial._directory, directory):
        os.close(descriptor)
    prepare_state(tmp_path)
    assert os.listdir(tmp_path) == ["kept"]


def test_a_file_in_its_place_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StartupError, match=r"file: File exists$"):
        prepare_state(tmp_path / "file")


def test_what_is_not_ours_is_named(tmp_path, monkeypatch):
    (tmp_path / "accounts.json").write_bytes(b"")
    monkeypatch.setattr(os, "access", lambda path, _mode: path == tmp_path)
    with pytest.raises(StartupError, match=r"accounts\.json: Permission denied"):
        prepare_state(tmp_path)
