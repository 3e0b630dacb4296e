"""A board's place, with a pseudo terminal as its serial console."""

import importlib
import os
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from labgrid.environment import Environment

PLACE = """
imports: [drivers, strategy]
targets:
  main:
    resources:
      NetworkService: {{address: 127.0.0.1, username: root, port: 9}}
      RawSerialPort: {{port: {port}}}
    drivers:
      NetworkBoard: {{key: none}}
      SerialDriver: {{}}
      ExternalPowerDriver: {{cmd_on: "touch {on}", cmd_off: "rm -f {on}"}}
      DeviceStrategy: {{}}
"""


@pytest.fixture
def console() -> Iterator[tuple[int, str]]:
    """The board's end, and the name of this machine's."""
    board, port = os.openpty()
    tty.setraw(port)
    yield board, os.ttyname(port)
    os.close(board)
    os.close(port)


def test_a_boards_console_is_kept_from_its_power_on_to_its_power_off(
    console: tuple[int, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, port = console
    place, on = tmp_path / "place.yaml", tmp_path / "on"
    place.write_text(PLACE.format(port=port, on=on))
    monkeypatch.setattr(importlib.import_module("strategy"), "ARTEFACTS", tmp_path)
    monkeypatch.setattr(importlib.import_module("drivers"), "BOARD_BOOT_TIMEOUT_S", 0)
    strategy = Environment(str(place)).get_target().get_driver("DeviceStrategy", activate=False)
    with pytest.raises(importlib.import_module("device").BootFailed, match="no SSH"):
        strategy.transition("booted")
    assert on.exists()
    os.write(board, b"U-Boot 2025.01\r\n")
    give_up_s = time.monotonic() + 20
    while b"U-Boot" not in (log := (tmp_path / "console.log").read_bytes()):
        assert time.monotonic() < give_up_s, log
    strategy.transition("off")
    assert not on.exists()
