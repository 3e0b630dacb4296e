"""The command line: reads it, and runs the command."""

import argparse
from collections.abc import Sequence
from types import ModuleType
from typing import Final

from camerad import __version__
from camerad.commands import config, devices, health, onvif, serve, token, user
from camerad.commands.output import USAGE_ERROR, complain
from camerad.errors import CameradError, StartupError

COMMANDS: Final[dict[str, tuple[ModuleType, str]]] = {
    "serve": (serve, "serve the cameras"),
    "token": (token, "tokens for programs that use the API"),
    "user": (user, "users, who log in with a password"),
    "devices": (devices, "list capture devices and what they offer"),
    "onvif": (onvif, "the ONVIF cameras of the network"),
    "config": (config, "configuration files"),
    "health": (health, "say whether camerad works"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors that people can mend are one line on stderr and exit code 2."""
    options = _parser().parse_args(arguments)
    try:
        result: int | None = options.run(options)
    except StartupError as error:
        return _fail(str(error))
    except CameradError as error:
        return _fail(f"{error.message}{f': {error.details}' if error.details else ''}")
    except PermissionError as error:
        return _fail(f"{error.filename or 'access'}: {error.strerror}")
    return result or 0


def _fail(line: str) -> int:
    complain(f"camerad: {line}")
    return USAGE_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camerad", description="The camera daemon of a device that watches machines at work."
    )
    parser.add_argument("--version", action="version", version=f"camerad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (command, purpose) in COMMANDS.items():
        command.add_to(commands.add_parser(name, help=purpose))
    return parser
