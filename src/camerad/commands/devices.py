"""``camerad devices``: the cameras of this machine, and those that the daemon remembers."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from camerad.commands.output import say

if TYPE_CHECKING:
    from camerad.capture.enumerate import DeviceInfo


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="the daemon's state: shows the cameras' numbers, and those that are not plugged in",
    )
    parser.set_defaults(run=_devices)


def _devices(options: argparse.Namespace) -> None:
    # See the package.
    from camerad.capture.enumerate import as_json, describe  # noqa: PLC0415

    infos = _infos(options.state)
    say(json.dumps(as_json(infos), indent=2) if options.json else describe(infos))


def _infos(state: Path | None) -> list["DeviceInfo"]:
    from camerad.cameras.roster import Roster  # noqa: PLC0415 - see the package
    from camerad.cameras.roster_file import RosterFile  # noqa: PLC0415
    from camerad.capture.enumerate import absent_info, camera_nodes, device_info  # noqa: PLC0415

    members = RosterFile(state).read() if state is not None else []
    nodes = camera_nodes()
    known = Roster(members).match(nodes)
    here = [device_info(node, known.get(node)) for node in nodes]
    away = [member for member in members if member.id not in known.values()]
    return here + [
        absent_info(member.id, member.device, member.product, member.identity) for member in away
    ]
