"""Bundles that are signed, and for whom."""

import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
COMPATIBLE, VERSION = "camerad-test", "1.2.3"


def make_keys(folder: Path) -> tuple[Path, Path]:
    folder.mkdir()
    key, cert = folder / "key.pem", folder / "cert.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    command = ("openssl", "req", "-x509", *curve, "-subj", "/CN=test", "-keyout", key, "-out", cert)
    subprocess.run(command, check=True, capture_output=True)
    return key, cert


def run_bundle(*options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [CHECKOUT / "tools" / "bundle", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def info(bundle: Path, keyring: Path) -> subprocess.CompletedProcess[str]:
    command = ("rauc", "info", "--keyring", keyring, "--output-format=shell", bundle)
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def rootfs(tmp_path: Path) -> Path:
    path = tmp_path / "rootfs.squashfs"
    path.write_bytes(bytes(range(256)) * 256)
    return path


@pytest.mark.usefixtures("needs_venv")
def test_a_bundle_says_what_it_is_to_those_who_trust_its_key(tmp_path: Path, rootfs: Path) -> None:
    key, cert = make_keys(tmp_path / "ours")
    _, others_cert = make_keys(tmp_path / "others")
    bundle = tmp_path / "out.raucb"
    said = ("--compatible", COMPATIBLE, "--version", VERSION)
    made = run_bundle(*said, "--rootfs", rootfs, "--key", key, "--cert", cert, "--output", bundle)
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1] == str(bundle)
    shown = info(bundle, cert)
    assert f"RAUC_MF_COMPATIBLE='{COMPATIBLE}'" in shown.stdout, shown.stderr
    assert f"RAUC_MF_VERSION='{VERSION}'" in shown.stdout
    assert info(bundle, others_cert).returncode != 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([], "which --version?"),
        (["--version", "1", "--rootfs", "/missing"], "there is no /missing"),
        (["--version", "1", "--rootfs", "/etc/passwd", "--key", "k"], "--key and --cert"),
        (["--version"], "--version needs a value"),
        (["--version", "1", "--arch", "mips"], "only x86-64 and arm64"),
    ],
)
def test_what_is_missing_is_named(options: list[str], complaint: str) -> None:
    done = run_bundle(*options)
    assert done.returncode == 1
    assert complaint in done.stderr


@pytest.mark.usefixtures("needs_venv")
def test_the_architecture_says_for_which_devices(tmp_path: Path, rootfs: Path) -> None:
    key, cert = make_keys(tmp_path / "ours")
    bundle = tmp_path / "out.raucb"
    said = ("--arch", "arm64", "--version", VERSION, "--rootfs", rootfs)
    made = run_bundle(*said, "--key", key, "--cert", cert, "--output", bundle)
    assert made.returncode == 0, made.stderr
    assert "RAUC_MF_COMPATIBLE='camerad-qemuarm64'" in info(bundle, cert).stdout
