"""The command line: ``camerad serve``, ``token``, ``devices``, ``config``."""

import argparse
import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from camerad import __version__
from camerad.errors import CameradError, StartupError

if TYPE_CHECKING:
    from camerad.accounts.store import Accounts

USAGE_ERROR: Final = 2
"""The exit code of everything that is wrong with the command or its surroundings."""


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
    print(f"camerad: {line}", file=sys.stderr)
    return USAGE_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camerad", description="The camera daemon of a device that watches machines at work."
    )
    parser.add_argument("--version", action="version", version=f"camerad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands.add_parser("serve", help="serve the cameras"))
    _add_token(commands.add_parser("token", help="tokens for clients of the API"))
    _add_devices(commands.add_parser("devices", help="list capture devices and what they offer"))
    _add_config(commands.add_parser("config", help="configuration files"))
    return parser


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state", type=Path, metavar="DIR", required=True, help="where camerad keeps its state"
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_state(parser)
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML configuration file")
    parser.add_argument("--bind", metavar="ADDR", help="the address to listen on")
    parser.add_argument("--http-port", type=_port, metavar="N", help="0 turns plain HTTP off")
    parser.add_argument("--https-port", type=_port, metavar="N", help="0 turns HTTPS off")
    parser.add_argument(
        "--camera",
        action="append",
        metavar="SPEC",
        help="auto (default), /dev/videoN[:FOURCC][:WxH][@FPS] or pattern[:WxH][@FPS]; repeatable",
    )
    parser.set_defaults(run=_serve)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _serve(options: argparse.Namespace) -> None:
    gc.disable()  # until the start is over: it would only search what is being imported
    # What only `serve` needs is imported only here: the other commands answer at once.
    from camerad.capture.spec import parse_camera_spec  # noqa: PLC0415
    from camerad.daemon import Settings  # noqa: PLC0415
    from camerad.serve import serve  # noqa: PLC0415
    from camerad.system.logs import configure_logging  # noqa: PLC0415

    try:
        cameras = [parse_camera_spec(spec) for spec in options.camera or ["auto"]]
    except ValueError as error:
        raise StartupError(str(error)) from None
    configure_logging()
    serve(
        Settings(
            state_dir=options.state.absolute(),
            config_file=options.config,
            bind=options.bind,
            http_port=options.http_port,
            https_port=options.https_port,
            cameras=cameras,
        )
    )


def _add_token(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="make a token and print it, this once")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, choices=("viewer", "operator", "admin"))
    add.add_argument("--expires", type=float, metavar="DAYS", help="never, unless given")
    _add_state(add)
    add.set_defaults(run=_token_add)
    listing = actions.add_parser("list", help="list all tokens")
    _add_state(listing)
    listing.set_defaults(run=_token_list)
    revoke = actions.add_parser("revoke", help="end a token at once")
    revoke.add_argument("name", metavar="NAME")
    _add_state(revoke)
    revoke.set_defaults(run=_token_revoke)


def _accounts(options: argparse.Namespace) -> "Accounts":
    from camerad.accounts.store import Accounts  # noqa: PLC0415
    from camerad.storage.state import prepare_state  # noqa: PLC0415

    prepare_state(options.state)
    return Accounts(options.state)


def _token_add(options: argparse.Namespace) -> None:
    from camerad.accounts.roles import Role  # noqa: PLC0415

    print(_accounts(options).add_token(options.name, Role(options.role), options.expires))


def _token_list(options: argparse.Namespace) -> None:
    for token in _accounts(options).tokens():
        expires = f"{token.expires:%Y-%m-%d}" if token.expires else "never"
        print(f"{token.name}\t{token.role.value}\t{token.created:%Y-%m-%d}\t{expires}")


def _token_revoke(options: argparse.Namespace) -> None:
    _accounts(options).revoke_token(options.name)


def _add_devices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_devices)


def _devices(options: argparse.Namespace) -> None:
    from camerad.capture.enumerate import as_json, capture_devices, describe  # noqa: PLC0415

    devices = capture_devices()
    print(json.dumps(as_json(devices), indent=2) if options.json else describe(devices))


def _add_config(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="say what is wrong with a configuration file")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=_config_check)


def _config_check(options: argparse.Namespace) -> int:
    from camerad.config.load import check  # noqa: PLC0415

    problems = check(options.file)
    for problem in problems:
        print(f"{options.file}: {problem}", file=sys.stderr)
    if not problems:
        print(f"{options.file} is good")
    return USAGE_ERROR if problems else 0
