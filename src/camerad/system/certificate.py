"""The TLS certificate that the device makes for itself at its first start."""

import os
import re
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from camerad.errors import StartupError

VALID_DAYS = "36500"
"""A device without a clock makes its certificate in 1970: it has to outlive that mistake."""

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")


def ensure_certificate(certificate: Path, key: Path, addresses: Iterable[str]) -> None:
    """Make a self-signed P-256 certificate, if there is none, for this host's names and addresses.

    The key is readable by its owner only, from its first byte on. Raises ``StartupError``.
    """
    if certificate.exists() and key.exists():
        return
    with TemporaryDirectory(dir=certificate.parent, prefix=".certificate-") as folder:
        made = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        _make(*made, _subject_names(addresses))
        made[1].chmod(0o600)
        # The key first: a certificate without its key would be taken for a finished pair.
        os.replace(made[1], key)
        os.replace(made[0], certificate)


def _subject_names(addresses: Iterable[str]) -> str:
    names = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
    host = socket.gethostname()
    # A device that nobody has named may have none, or "(none)".
    if _HOST_NAME.fullmatch(host):
        names += [f"DNS:{host}", f"DNS:{host}.local"]
    names += [f"IP:{address}" for address in addresses]
    return "subjectAltName=" + ",".join(dict.fromkeys(names))


def _make(certificate: Path, key: Path, subject_names: str) -> None:
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-nodes", "-sha256", "-days", VALID_DAYS, "-subj", "/CN=camerad",
        "-keyout", str(key), "-out", str(certificate),
        "-addext", subject_names,
        "-addext", "extendedKeyUsage=serverAuth",
        "-addext", "basicConstraints=critical,CA:FALSE",
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60, umask=0o077)
    except FileNotFoundError:
        raise StartupError(
            "HTTPS needs a certificate and openssl is not installed: install it, name a "
            "certificate in network.certificate, or turn HTTPS off with --https-port 0"
        ) from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise StartupError(f"openssl could not make a certificate: {''.join(reason)}") from None
