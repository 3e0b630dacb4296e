import argparse
import sys
import tempfile
from pathlib import Path

from device_image.commands import CommandFailed
from device_image.stages import ARCHES

from emulated_tests.inside import run_tests
from emulated_tests.layer import make_layer
from emulated_tests.root import make_root


def main() -> int:
    parser = argparse.ArgumentParser(prog="emulated_tests")
    parser.add_argument("--packages", required=True, help="of Debian, with commas between them")
    parser.add_argument("arch", choices=ARCHES)
    parser.add_argument("pytest_arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        root = make_root(ARCHES[options.arch], options.packages.split(","))
        with tempfile.TemporaryDirectory(prefix="camerad-tests-") as layer:
            make_layer(Path(layer))
            return run_tests(root, Path(layer), options.pytest_arguments)
    except CommandFailed as failure:
        print(f"test: {failure}", file=sys.stderr)
        return 1


sys.exit(main())
