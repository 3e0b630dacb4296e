"""What the image of the test device is started by."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parents[3] / "tools"


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(TOOLS)


@pytest.fixture
def grub() -> ModuleType:
    return importlib.import_module("device_image.grub")


def test_the_state_of_the_bootloader_has_the_one_size_that_grub_can_overwrite(
    grub: ModuleType,
) -> None:
    content = grub.environment("A_OK=1", "bootargs=quiet console=ttyS0")
    assert len(content) == 1024
    lines, _, padding = content.rpartition(b"\n")
    assert lines == b"# GRUB Environment Block\nA_OK=1\nbootargs=quiet console=ttyS0"
    assert set(padding) == {ord("#")}


@pytest.mark.parametrize(
    ("arch", "kernel", "other"),
    [
        ("amd64", "linux-image-amd64", "linux-image-arm64"),
        ("arm64", "linux-image-arm64", "linux-image-amd64"),
    ],
)
def test_each_processor_has_its_own_packages(arch: str, kernel: str, other: str) -> None:
    names = importlib.import_module("device_image.debian").package_names(arch)
    assert {kernel, "systemd-sysv", "rauc-service"} <= set(names)
    assert other not in names
