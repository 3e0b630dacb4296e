import os
import re

import pytest

from camerad.system import build
from camerad.system.build import build_time


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "_PACKAGE", tmp_path)
    return tmp_path


def test_a_wheel_says_when_it_was_built(package):
    (package / "BUILD").write_text("2025-01-15T09:00:00Z\n")
    assert build_time() == "2025-01-15T09:00:00Z"


def test_a_checkout_was_built_when_its_newest_source_was_changed(package):
    (package / "below").mkdir()
    for name, changed_s in {"old.py": 0, "below/new.py": 86_400, "other.txt": 200_000}.items():
        (package / name).touch()
        os.utime(package / name, (changed_s, changed_s))
    assert build_time() == "1970-01-02T00:00:00Z"


def test_this_one_was_built():
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", build_time())
