"""The root file system in which tools/test --arch runs the tests."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).parents[3]
LOCK = """\
# made by tools/lock
first==1.0 \\
    --hash=sha256:1
second-part==2.0 \\
    --hash=sha256:2 \\
    --hash=sha256:3
second==2.0 ; python_version < "3.12" \\
    --hash=sha256:4
"""


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(CHECKOUT / "tools")
    return importlib.import_module("emulated_tests.root")


@pytest.mark.parametrize(
    ("names", "left"),
    [
        ((), ["first", "second-part", "second"]),
        (("first",), ["second-part", "second"]),
        (("second",), ["first", "second-part"]),
        (("first", "second-part", "third"), ["second"]),
    ],
)
def test_a_package_leaves_the_lock_with_its_hashes(
    root: ModuleType, names: tuple[str, ...], left: list[str]
) -> None:
    lines = root.without(names, LOCK).splitlines()
    assert [line.partition("==")[0] for line in lines if "==" in line] == left
    hashes = {"first": 1, "second-part": 2, "second": 1}
    assert sum("--hash" in line for line in lines) == sum(hashes[name] for name in left)


def test_what_is_left_out_is_in_the_lock_and_nothing_of_camerads(root: ModuleType) -> None:
    device = (CHECKOUT / "requirements.lock").read_text()
    for name in root.HOST_ONLY:
        assert f"\n{name}==" in root.LOCK.read_text()
        assert f"\n{name}==" not in device
