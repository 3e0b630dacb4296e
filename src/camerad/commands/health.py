"""``camerad health``: whether camerad works, for those who start devices and watch over them."""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from camerad.commands.options import add_state
from camerad.commands.output import complain, say

if TYPE_CHECKING:
    from http.client import HTTPConnection

    from camerad.config.schema import Network

POLL_S: Final = 0.5
ANSWER_S: Final = 5.0
NOT_HEALTHY: Final = 1


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Ends with 0 when camerad answers and nothing is wrong that an update could have caused: "
        "while a new system is on trial, all must be well that was well before it; else that it "
        "answers is enough, since no other system would be better. Ends with 1 otherwise."
    )
    add_state(parser)
    parser.add_argument("--config", type=Path, metavar="FILE", help="that of `camerad serve`")
    parser.add_argument(
        "--timeout", type=float, default=5, metavar="SECONDS", help="to become so (default 5)"
    )
    parser.add_argument("--strict", action="store_true", help="nothing at all may be wrong")
    parser.set_defaults(run=_health)


def _health(options: argparse.Namespace) -> int:
    from camerad.config.load import load  # noqa: PLC0415 - see the package

    network = load(options.state, options.config).current.network
    excused = set() if options.strict else _excused(options.state)
    deadline_s = time.monotonic() + options.timeout
    while fault := _fault(network, excused):
        if time.monotonic() + POLL_S > deadline_s:
            complain(fault)
            return NOT_HEALTHY
        time.sleep(POLL_S)  # the daemon can only be asked
    say("healthy")
    return 0


def _excused(state_dir: Path) -> set[str] | None:
    """The checks that may fail; None if all may."""
    from camerad.firmware.memory import Activating, Memory  # noqa: PLC0415 - see the package

    state = Memory(state_dir).state
    return set(state.ailing) if isinstance(state, Activating) else None


def _fault(network: "Network", excused: set[str] | None) -> str:
    """What is wrong, in a line; empty if nothing is."""
    try:
        checks = _ask(network)
    except (OSError, ValueError) as error:
        return f"camerad does not answer: {error}"
    wrong = {name: result for name, result in checks.items() if result != "ok"}
    if excused is None:
        return ""
    return ", ".join(f"{name}: {wrong[name]}" for name in wrong.keys() - excused)


def _ask(network: "Network") -> dict[str, str]:
    """The checks of ``/health``; raises ``OSError`` and ``ValueError``."""
    from http.client import HTTPException  # noqa: PLC0415 - see the package

    connection = _connection(network)
    try:
        connection.request("GET", "/health")
        checks: dict[str, str] = json.loads(connection.getresponse().read())["checks"]
    except (HTTPException, KeyError, TypeError) as error:
        raise ValueError("what answers is something else") from error
    finally:
        connection.close()
    return checks


def _connection(network: "Network") -> "HTTPConnection":
    import ssl  # noqa: PLC0415 - see the package
    from http.client import HTTPConnection, HTTPSConnection  # noqa: PLC0415

    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - every address, so this one too
    host = local.get(network.bind, network.bind)
    if network.http_port:
        return HTTPConnection(host, network.http_port, timeout=ANSWER_S)
    context = ssl.create_default_context()
    # The certificate is the device's own: nobody could have signed it for a loopback address.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(host, network.https_port, timeout=ANSWER_S, context=context)
