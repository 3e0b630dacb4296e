import argparse
import sys
from pathlib import Path

from device_image.commands import CommandFailed

from firmware_bundle.bundle import Label, make_bundle


def main() -> int:
    parser = argparse.ArgumentParser(prog="bundle")
    for name in ("rootfs", "cert", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("compatible", "key", "version"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    label = Label(options.compatible, options.version)
    try:
        make_bundle(options.rootfs, label, options.cert, options.key, options.output)
    except CommandFailed as failure:
        print(f"bundle: {failure}", file=sys.stderr)
        return 1
    print(options.output)
    return 0


sys.exit(main())
