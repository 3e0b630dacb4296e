"""Packages of npm that tests play peers with."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache"


def node_modules(folder: Path) -> Path:
    """What the lock file in a folder names, downloaded once and kept for as long as it says the
    same.
    """
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    kept = CACHE / f"npm-{digest[:16]}"
    if not kept.exists():
        CACHE.mkdir(exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f"{kept.name}.", dir=CACHE))
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, making)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
        subprocess.run(["npm", "ci", *quiet], cwd=making, check=True, timeout=120)
        making.rename(kept)
    return kept / "node_modules"
