import sys
from pathlib import Path

from device_image.commands import CommandFailed
from device_image.stages import ARCHES, make_image


def main() -> int:
    arch, output = sys.argv[1:]
    try:
        make_image(ARCHES[arch], Path(output))
    except CommandFailed as failure:
        print(f"device-image: {failure}", file=sys.stderr)
        return 1
    print(output)
    return 0


sys.exit(main())
