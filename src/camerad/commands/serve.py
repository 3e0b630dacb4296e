"""``camerad serve``."""

import argparse
import gc
from pathlib import Path

from camerad.commands.options import add_state
from camerad.errors import StartupError


def add_to(parser: argparse.ArgumentParser) -> None:
    add_state(parser)
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML configuration file")
    parser.add_argument("--bind", metavar="ADDR", help="the address to listen on")
    parser.add_argument("--http-port", type=_port, metavar="N", help="0 turns plain HTTP off")
    parser.add_argument("--https-port", type=_port, metavar="N", help="0 turns HTTPS off")
    parser.add_argument(
        "--camera",
        action="append",
        metavar="SPEC",
        help="plugged (all cameras, as they come and go), auto (default: the same, but the pattern "
        "until there has been one), /dev/videoN[:FOURCC][:WxH][@FPS] or pattern[:WxH][@FPS]; "
        "repeatable",
    )
    parser.set_defaults(run=_serve)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _serve(options: argparse.Namespace) -> None:
    gc.disable()  # until the start is over: it would only search what is being imported
    from camerad.capture.spec import parse_camera_spec  # noqa: PLC0415 - see the package
    from camerad.parts import Settings  # noqa: PLC0415
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
