"""How many requests a second are answered."""

import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import bare
from benchmarks.servers import (
    Server,
    camerad_server,
    free_port,
    fresh_state,
    process,
    serve_command,
    wait_for_answer,
)
from benchmarks.table import Bar, Row

CONNECTIONS = 16
WARM_UP_S = 2.0
_CONFIG = "[limits]\nenabled = false\n"
_RATE = re.compile(r"^Requests/sec: +([0-9.]+)$", re.MULTILINE)
_FAULTS = re.compile(r"^ +(?:Non-2xx|Socket errors).*$", re.MULTILINE)


def health(rounds: int, seconds: float) -> Row:
    with _camerad() as ours, _bare_sanic() as theirs:
        rates = [(_rate(ours, seconds), _rate(theirs, seconds)) for _ in range(rounds)]
    our, their = (statistics.median(side) for side in zip(*rates, strict=True))
    return Row(
        f"`/health` on {CONNECTIONS} connections",
        f"{our:.0f} requests a second",
        f"a bare handler of Sanic: {their:.0f}",
        "requests a second, camerad / bare handler",
        [our / their for our, their in rates],
        Bar(0.8, at_least=True),
    )


@contextmanager
def _camerad() -> Iterator[Server]:
    with fresh_state() as (state, token):
        config = state / "bench.toml"
        config.write_text(_CONFIG)
        command = serve_command(state, port := free_port(), "pattern")
        with process([*command, f"--config={config}", "--https-port=0"], {}) as pid:
            yield _ready(camerad_server(pid, port, token))


@contextmanager
def _bare_sanic() -> Iterator[Server]:
    port = free_port()
    with process([sys.executable, bare.__file__, str(port)], {}) as pid:
        yield _ready(Server(pid, port, "", "", "", ""))


def _ready(server: Server) -> Server:
    """A second after the start camerad speeds up what was not worth delaying the start for."""
    wait_for_answer(server, "/health")
    _rate(server, WARM_UP_S)
    return server


def _rate(server: Server, seconds: float) -> float:
    command = ["wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={seconds:.0f}s"]
    command.append(f"http://localhost:{server.port}/health")
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = _RATE.search(said)
    if rate is None or _FAULTS.search(said):
        raise RuntimeError(said)
    return float(rate[1])
