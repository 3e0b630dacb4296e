"""Which system the bootloader starts. GRUB's language is near enough to bash's to run there, with
GRUB's own commands played by functions.
"""

import subprocess
from pathlib import Path

import pytest

GRUB_CFG = Path(__file__).parents[3] / "rootfs-overlay/usr/share/camerad/boot/grub.cfg"
COMMANDS = r"""
set() { printf -v "${1%%=*}" %s "${1#*=}"; }
regexp() { disk=hd0; }
load_env() { . "$STATE"; }
save_env() {
    shift 2
    for name; do printf '%s=%s\n' "$name" "${!name}" >>"$STATE"; done
}
linux() { for word; do [[ $word != rauc.slot=* ]] || slot=${word#*=}; done
    [[ $UNREADABLE != *$slot* ]]; }
initrd() { :; }
boot() { builtin echo "$slot"; exit; }
reboot() { builtin echo again; exit; }
echo() { :; }
root=hd0,gpt1
"""


def start(tmp_path: Path, state: str, unreadable: str = "") -> tuple[str, dict[str, str]]:
    """The slot that is started, and the state then."""
    file = tmp_path / "grubenv"
    file.write_text("\n".join(state.split(", ")) + "\n")
    done = subprocess.run(
        ["bash", "-c", COMMANDS + GRUB_CFG.read_text()],
        env={"STATE": str(file), "UNREADABLE": unreadable},
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip(), dict(line.split("=") for line in file.read_text().splitlines())


A_ONLY = "ORDER='A B', A_OK=1, B_OK=0, A_TRY=0, B_TRY=0"
B_FIRST = "ORDER='B A', A_OK=1, B_OK=1, A_TRY=0, B_TRY=0"


@pytest.mark.parametrize(
    ("state", "unreadable", "slot", "after"),
    [
        (A_ONLY, "", "A", {"A_TRY": "1"}),
        (B_FIRST, "", "B", {"B_TRY": "1", "A_TRY": "0"}),
        (f"{B_FIRST}, B_TRY=2", "", "B", {"B_TRY": "3"}),
        (f"{B_FIRST}, B_TRY=3", "", "A", {"A_TRY": "1"}),
        (f"{B_FIRST}, B_OK=0", "", "A", {"A_TRY": "1"}),
        (B_FIRST, "B", "A", {"A_TRY": "1"}),
        (f"{B_FIRST}, A_TRY=3, B_TRY=3", "", "B", {"A_TRY": "0", "B_TRY": "0"}),
        (f"{A_ONLY}, A_TRY=3", "", "A", {"A_TRY": "0"}),
        (f"{A_ONLY}, A_OK=0", "", "A", {}),
        ("X=1", "", "A", {"A_TRY": "1"}),
        ("X=1", "A", "B", {"B_TRY": "1"}),
        (B_FIRST, "A B", "again", {}),
    ],
    ids=[
        "from the factory",
        "after an update",
        "its third try",
        "three tries have failed",
        "marked as bad",
        "its kernel cannot be read",
        "all tries have failed: from the beginning",
        "the only system has failed: it again",
        "nothing is good: something all the same",
        "no state",
        "no state, and the first slot is empty",
        "nothing can be read",
    ],
)
def test_it_starts_the_right_slot(
    tmp_path: Path, state: str, unreadable: str, slot: str, after: dict[str, str]
) -> None:
    started, left = start(tmp_path, state, unreadable)
    assert started == slot
    assert left.items() >= after.items()
