import argparse
import sys
from pathlib import Path

from device_image.commands import CommandFailed
from device_image.stages import ARCHES, Build, make_image


def main() -> int:
    parser = argparse.ArgumentParser(prog="device_image")
    parser.add_argument("arch", choices=ARCHES)
    parser.add_argument("output", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--keyring", type=Path, required=True)
    parser.add_argument("--overlay", type=Path)
    options = parser.parse_args()
    try:
        build = Build(ARCHES[options.arch], options.version, options.keyring, options.overlay)
        make_image(build, options.output)
    except CommandFailed as failure:
        print(f"device-image: {failure}", file=sys.stderr)
        return 1
    print(options.output)
    return 0


sys.exit(main())
