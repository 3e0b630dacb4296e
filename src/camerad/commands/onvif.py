"""``camerad onvif``: the ONVIF cameras of the network, from this machine and without a daemon."""

import argparse
import asyncio

from camerad.commands.output import say


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    discover = actions.add_parser("discover", help="list the cameras that answer")
    discover.add_argument("--timeout", type=float, default=2.0, metavar="SECONDS")
    discover.set_defaults(run=_discover)


def _discover(options: argparse.Namespace) -> None:
    # See the package.
    from camerad.onvif.addresses import neighbourhood  # noqa: PLC0415
    from camerad.onvif.discovery import Search  # noqa: PLC0415
    from camerad.onvif.messages import read_scopes  # noqa: PLC0415

    search = Search(neighbourhood("::", ()), lambda _: None, lambda _: None)
    asyncio.run(search.run(options.timeout))
    for uuid, found in search.found.items():
        scopes = read_scopes(found.match.scopes)
        say(f"{uuid}\t{scopes.name}\t{scopes.hardware}\t{scopes.location}\t{found.endpoint.url}")
