"""pytest in the other root file system."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from emulated_tests.root import Root

ENTER = Path(__file__).with_name("enter")
NAMESPACES = (
    # Whoever kills this program means the tests.
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
)
PYTEST = ("/usr/bin/env", "--chdir=/camerad", "/usr/bin/python3", "-m", "pytest")
PATIENCE = (
    *("--timeout=900", "--override-ini=faulthandler_timeout=0"),
    "--hypothesis-profile=ci",  # has no deadlines
)
"""An emulated processor is slower by a factor of ten or so."""
ENVIRONMENT = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PYTHONPYCACHEPREFIX": "/var/cache/python",
    "PYTHONUNBUFFERED": "1",
    "TESTS_SLOWNESS": "10",
}
"""What is set here names files that are not there."""


def run_tests(root: Root, layer: Path, pytest_arguments: Sequence[str]) -> int:
    command = entering((layer, root.tree), root.compiled, *PYTEST, *PATIENCE, *pytest_arguments)
    asked_for = {name: value for name, value in os.environ.items() if name.startswith("CAMERAD_")}
    return subprocess.run(command, env=ENVIRONMENT | asked_for, check=False).returncode


def entering(layers: Sequence[Path], compiled: Path, *command: str) -> list[str]:
    """The command that runs one in there."""
    return [*NAMESPACES, "sh", str(ENTER), ":".join(map(str, layers)), str(compiled), *command]
