"""What the checks need of the checkout, and of the machine."""

import subprocess
from pathlib import Path

from bitbake_check.build import LOCALE
from bitbake_check.recipes import CHECKOUT


def head() -> str:
    """Raises CalledProcessError where there is no repository."""
    command = ("git", "-C", CHECKOUT, "rev-parse", "HEAD")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def locales(cache: Path) -> Path:
    """BitBake wants one that not every machine has."""
    folder = cache / "locales"
    if not (folder / LOCALE).is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        command = ("localedef", "-i", "en_US", "-f", "UTF-8", folder / LOCALE)
        subprocess.run(command, check=True)
    return folder


def keys(cache: Path) -> Path:
    """Of nobody: what they sign is thrown away."""
    folder = cache / "keys"
    certificate, key = folder / "bundle.cert.pem", folder / "bundle.key.pem"
    if not certificate.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        make = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=check")
        subprocess.run([*make, "-keyout", key, "-out", certificate], check=True)
        (folder / "keyring.pem").write_bytes(certificate.read_bytes())
    return folder
