"""Tests that run in another root file system leave nothing in it, nor here."""

import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "tools"
SHELL = Path("/bin/sh").resolve()
SCRIPT = """
read -r words < /etc/words
echo "$words $$"
echo lost > /etc/words
echo lost > /tmp/camerad-lost
echo kept > /var/cache/python/kept
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="namespaces take root")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """With a shell, and nothing else but where things are mounted."""
    root = tmp_path / "root"
    for folder in ("bin", "dev", "etc", "proc", "sys", "tmp", "var/cache/python"):
        (root / folder).mkdir(parents=True)
    shutil.copy(SHELL, root / "bin/sh")
    libraries = subprocess.run(["ldd", SHELL], check=True, capture_output=True, text=True).stdout
    for library in re.findall(r"(/\S+) \(", libraries):
        (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, root / library[1:])
    (root / "etc/words").write_text("below\n")
    return root


def test_what_is_written_in_there_is_gone_afterwards(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(TOOLS)
    inside = importlib.import_module("emulated_tests.inside")
    layer, compiled = tmp_path / "layer", tmp_path / "compiled"
    (layer / "etc").mkdir(parents=True)
    (layer / "etc/words").write_text("on top\n")
    compiled.mkdir()
    command = inside.entering((layer, root), compiled, "/bin/sh", "-c", SCRIPT)
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.stderr) == ("on top 1\n", "")
    assert [path.name for path in compiled.iterdir()] == ["kept"]
    assert (layer / "etc/words").read_text() == "on top\n"
    assert (root / "etc/words").read_text() == "below\n"
    assert list((root / "tmp").iterdir()) == []
    assert not Path("/tmp/camerad-lost").exists()
    assert str(root) not in Path("/proc/self/mountinfo").read_text()
