"""Bundles for a device of the tests, good ones and bad ones, and the keys that sign them."""

import os
import random
import shutil
import subprocess
from pathlib import Path

COMPATIBLE = "test-camera"
IMAGE_BYTES = 64 * 1024

MANIFEST = """
[update]
compatible={compatible}
version={version}
[bundle]
format={format}
[image.rootfs]
filename=rootfs.img
"""

# Only `openssl ca` can say when a certificate ends.
AUTHORITY = """
[ca]
default_ca = device
[device]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
[any]
commonName = supplied
"""


class SignedBundles:
    """Makes everything in a folder, once. The device trusts ``certificate``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, ...], Path] = {}
        self.certificate = self._self_signed("device")
        self._self_signed("stranger")
        self._expired()

    def make(
        self,
        version: str = "9.0.0",
        signer: str = "device",
        compatible: str = COMPATIBLE,
        form: str = "plain",
    ) -> Path:
        """A bundle with the ``image`` of its version."""
        key = (version, signer, compatible, form)
        if key not in self._made:
            content = self._folder / "content"
            content.mkdir()
            manifest = MANIFEST.format(compatible=compatible, version=version, format=form)
            (content / "manifest.raucm").write_text(manifest)
            (content / "rootfs.img").write_bytes(image(version))
            path = self._folder / f"{'-'.join(key)}.raucb"
            signature = [
                f"--cert={self._path(signer, 'crt')}",
                f"--key={self._path(signer, 'key')}",
            ]
            run("rauc", "bundle", *signature, content, path)
            shutil.rmtree(content)
            self._made[key] = path
        return self._made[key]

    def unsigned(self) -> Path:
        """What is inside a bundle, but signed by nobody."""
        path = self._folder / "unsigned"
        good = self.make().read_bytes()
        signature_bytes = int.from_bytes(good[-8:])
        path.write_bytes(good[: -8 - signature_bytes])
        return path

    def truncated(self) -> Path:
        path = self._folder / "truncated"
        path.write_bytes(self.make().read_bytes()[:-1000])
        return path

    def flipped(self, form: str = "plain") -> Path:
        """One bit of the image is another."""
        path = self._folder / f"flipped-{form}"
        damaged = bytearray(self.make(form=form).read_bytes())
        damaged[200] ^= 1
        path.write_bytes(damaged)
        return path

    def noise(self) -> Path:
        path = self._folder / "noise"
        path.write_bytes(os.urandom(50_000))
        return path

    def empty(self) -> Path:
        path = self._folder / "empty"
        path.touch()
        return path

    def _path(self, name: str, suffix: str) -> Path:
        return self._folder / f"{name}.{suffix}"

    def _self_signed(self, name: str) -> Path:
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        files = ["-keyout", self._path(name, "key"), "-out", self._path(name, "crt")]
        run("openssl", "req", "-x509", *new, "-days", "3650", "-subj", f"/CN={name}", *files)
        return self._path(name, "crt")

    def _expired(self) -> None:
        """A certificate that the device's authority has signed, for a week of the year 2001."""
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        files = ["-keyout", self._path("expired", "key"), "-out", self._path("expired", "csr")]
        run("openssl", "req", *new, "-subj", "/CN=expired", *files)
        self._path("authority", "conf").write_text(AUTHORITY.format(folder=self._folder))
        (self._folder / "index").touch()
        (self._folder / "serial").write_text("01")
        signer = ["-cert", self.certificate, "-keyfile", self._path("device", "key")]
        dates = ["-startdate", "20010101000000Z", "-enddate", "20010108000000Z"]
        files = ["-in", self._path("expired", "csr"), "-out", self._path("expired", "crt")]
        conf = ["-config", self._path("authority", "conf")]
        run("openssl", "ca", "-batch", "-notext", *conf, *signer, *dates, *files)


def image(version: str) -> bytes:
    """What a bundle of a version puts at the beginning of a slot."""
    return random.Random(version).randbytes(IMAGE_BYTES)


def run(*command: object) -> None:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
