"""``camerad config``: configuration files."""

import argparse
from pathlib import Path

from camerad.commands.output import USAGE_ERROR, complain, say


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="say what is wrong with a configuration file")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from camerad.config.load import check  # noqa: PLC0415 - see the package

    problems = check(options.file)
    for problem in problems:
        complain(f"{options.file}: {problem}")
    if not problems:
        say(f"{options.file} is good")
    return USAGE_ERROR if problems else 0
