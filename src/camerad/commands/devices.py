"""``camerad devices``: the capture devices of this machine."""

import argparse
import json

from camerad.commands.output import say


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_devices)


def _devices(options: argparse.Namespace) -> None:
    # See the package.
    from camerad.capture.enumerate import as_json, capture_devices, describe  # noqa: PLC0415

    devices = capture_devices()
    say(json.dumps(as_json(devices), indent=2) if options.json else describe(devices))
