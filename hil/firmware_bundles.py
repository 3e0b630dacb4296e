"""Bundles for the device under test, good and bad, by the same commands that a person would use."""

import subprocess
import sys
from pathlib import Path

from drivers import CHECKOUT
from machines import MACHINES

CANNOT_START = """\
#!/bin/sh
echo "this camerad cannot start" >&2
exit 1
"""
SMALL_BYTES = 1 << 20


class BundleMaker:
    def __init__(self, folder: Path, arch: str) -> None:
        """What takes long to make is kept there between runs."""
        self._folder = folder
        self._arch = arch
        self.compatible = MACHINES[arch].compatible

    def image(self, version: str, *, broken: bool = False) -> Path:
        """The folder of an image; in a ``broken`` one camerad cannot start."""
        output = self._folder / version
        options = ["--arch", self._arch, "--version", version, "--output", str(output)]
        if broken:
            options += ["--overlay", str(self._broken_overlay())]
        _run(CHECKOUT / "tools" / "device-image", *options)
        return output

    def bundle(self, version: str, *, broken: bool = False) -> Path:
        rootfs = self.image(version, broken=broken) / "rootfs.squashfs"
        return self._bundle(f"{version}.raucb", "--version", version, "--rootfs", str(rootfs))

    def small(self, name: str, *options: str, version: str = "9.0.0") -> Path:
        """Of something that is no root file system; for those that are refused before."""
        rootfs = self._folder / "small.img"
        rootfs.write_bytes(bytes(range(256)) * (SMALL_BYTES // 256))
        return self._bundle(
            f"{name}.raucb", "--version", version, "--rootfs", str(rootfs), *options
        )

    def signed_by_a_stranger(self) -> Path:
        folder = self._folder / "stranger"
        folder.mkdir(exist_ok=True)
        key, cert = folder / "key.pem", folder / "cert.pem"
        made = ("-keyout", key, "-out", cert, "-subj", "/CN=stranger", "-days", "30")
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        _run("openssl", "req", "-x509", *curve, *made)
        return self.small("stranger", "--key", str(key), "--cert", str(cert))

    def cut_short(self) -> Path:
        whole = self.small("whole").read_bytes()
        return self._write("cut-short.raucb", whole[: len(whole) // 2])

    def flipped(self) -> Path:
        """One bit of the payload: the signature is good, the hash tree tells."""
        content = bytearray(self.small("whole").read_bytes())
        content[len(content) // 2] ^= 1
        return self._write("flipped.raucb", content)

    def _bundle(self, name: str, *options: str) -> Path:
        output = self._folder / name
        made_for = ("--compatible", self.compatible)
        _run(CHECKOUT / "tools" / "bundle", *made_for, *options, "--output", str(output))
        return output

    def _write(self, name: str, content: bytes | bytearray) -> Path:
        path = self._folder / name
        path.write_bytes(content)
        return path

    def _broken_overlay(self) -> Path:
        overlay = self._folder / "broken-overlay"
        command = overlay / "usr/bin/camerad"
        command.parent.mkdir(parents=True, exist_ok=True)
        command.write_text(CANNOT_START)
        command.chmod(0o755)
        return overlay


def _run(*command: str | Path) -> None:
    subprocess.run(command, stdout=sys.stderr, check=True)
