"""What the tests find on top of the root file system: camerad, installed, and the checkout."""

import shutil
import sys
from pathlib import Path

from device_image import python
from device_image.commands import run

from emulated_tests.root import CHECKOUT, say

LEFT_OUT = (".venv", ".cache", ".*_cache", "__pycache__", "*.egg-info")
FETCH_NPM = "from pathlib import Path; from npm import node_modules; node_modules(Path({!r}))"
NPM_LOCKS = "tests/component/**/package-lock.json"


def make_layer(layer: Path) -> None:
    say("installing camerad")
    for folder in (python.SITE_PACKAGES, "usr/bin", "etc", "var/cache/python"):
        (layer / folder).mkdir(parents=True)
    layer.chmod(0o755)
    python.install_camerad(CHECKOUT, layer)
    (layer / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    copy = layer / "camerad"
    shutil.copytree(CHECKOUT, copy, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
    copy_npm_packages(copy)


def copy_npm_packages(copy: Path) -> None:
    """There is no network in there."""
    for lock in CHECKOUT.glob(NPM_LOCKS):
        run(sys.executable, "-c", FETCH_NPM.format(str(lock.parent)), cwd=CHECKOUT / "tests")
    for packages in (CHECKOUT / ".cache").glob("npm-*"):
        shutil.copytree(packages, copy / ".cache" / packages.name, symlinks=True)
