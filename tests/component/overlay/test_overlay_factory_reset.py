"""What a factory reset leaves on the data partition."""

import subprocess
from pathlib import Path

COMMAND = Path(__file__).parents[3] / "rootfs-overlay/usr/lib/camerad/factory-reset"
KEPT = {"boot/proven-A", "rauc/central.raucs"}
LOST = {
    "camerad/factory-reset",
    "camerad/config.json",
    "camerad/media/recordings/a.avi",
    "camerad/.hidden",
    "ssh/ssh_host_ed25519_key",
    "machine-id",
    ".hidden",
}


def test_it_wipes_all_but_what_starts_the_device(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in KEPT | LOST:
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    command = tmp_path / "factory-reset"
    command.write_text(COMMAND.read_text().replace("/data", str(data)))
    subprocess.run(["sh", command], check=True, timeout=20)
    left = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}
    assert left == KEPT
    assert (data / "camerad").is_dir()
