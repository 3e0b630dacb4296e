"""Keys to try things out with, made on the spot, a set on each machine.

What they sign is taken only by images that were made on the same machine, without a --keyring.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from device_image.commands import run

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
VALID_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Keys:
    """A signing key with its certificate, and the authority's that devices trust; all PEM."""

    authority: Path
    cert: Path
    key: Path


def development_keys() -> Keys:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "camerad" / "development-keys"
    if not folder.is_dir():
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
        make_keys(unfinished)
        unfinished.rename(folder)
    return keys_in(folder)


def make_keys(folder: Path, *, days: int = VALID_DAYS) -> Keys:
    """``days`` is how long the signing certificate is valid; the authority is for ten years."""
    folder.mkdir(parents=True, mode=0o700)
    keys = keys_in(folder)
    authority_key, request = folder / "authority.key.pem", folder / "request.pem"
    named = ("-subj", "/O=camerad development/CN=authority")
    made = ("-keyout", authority_key, "-out", keys.authority)
    run("openssl", "req", "-x509", *CURVE, *named, "-days", str(VALID_DAYS), *made)
    named = ("-subj", "/O=camerad development/CN=bundles")
    run("openssl", "req", "-new", *CURVE, *named, "-keyout", keys.key, "-out", request)
    signed_by = ("-CA", keys.authority, "-CAkey", authority_key, "-set_serial", "1")
    valid = ("-days", str(days))
    run("openssl", "x509", "-req", "-in", request, *signed_by, *valid, "-out", keys.cert)
    return keys


def keys_in(folder: Path) -> Keys:
    return Keys(folder / "authority.cert.pem", folder / "cert.pem", folder / "key.pem")


if __name__ == "__main__":
    print(development_keys().authority)
