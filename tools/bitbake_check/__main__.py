import argparse
import os
import subprocess
import sys
from pathlib import Path

from bitbake_check import checkouts as checkouts_module
from bitbake_check.build import Failed
from bitbake_check.checkouts import Unusable
from bitbake_check.stages import Check


def main() -> int:
    parser = argparse.ArgumentParser(prog="bitbake-check")
    for name in ("oe_core", "bitbake", "meta_oe", "meta_rauc"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--layer", action="store_true")
    options = parser.parse_args()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        found = checkouts_module.find(
            options.oe_core, options.bitbake, options.meta_oe, options.meta_rauc
        )
        check = Check(found, cache / "camerad" / "bitbake-check", options.machine)
        check.versions()
        check.packages()
        check.image()
        if options.layer:
            check.layer()
    except (Failed, Unusable) as failure:
        print(f"bitbake-check: {failure}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(f"bitbake-check: {failure.cmd[0]} ended with {failure.returncode}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
