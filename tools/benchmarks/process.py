"""What camerad costs as a process: doing nothing, and starting."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.cpu import cpu_s
from benchmarks.servers import (
    camerad,
    camerad_server,
    free_port,
    fresh_state,
    machine_camera,
    process,
    serve_command,
    wait_for_picture,
)
from benchmarks.table import Bar, Row

# The camera keeps streaming for the linger after somebody has asked for a picture: 5 s.
_SETTLE_S = 10.0
_POLL_S = 0.001


def idle(pictures: Path, seconds: float) -> Row:
    """Processor time with nobody watching, after somebody has."""
    with camerad(machine_camera("MJPG", pictures)) as server:
        wait_for_picture(server)
        time.sleep(_SETTLE_S)
        before_s = cpu_s(server.pid)
        time.sleep(seconds)
        used_s = cpu_s(server.pid) - before_s
    return Row(
        f"nobody watches, for {seconds:.0f} s",
        f"{1e3 * used_s:.1f} ms of processor time",
        "one processor",
        "% used",
        [100 * used_s / seconds],
        Bar(0.1, at_least=False),
    )


def start(rounds: int) -> Row:
    """Time from starting the process to the first picture of the test pattern."""
    ours_s, imports_s = [], []
    for _ in range(rounds):
        imports_s.append(_seconds_to_import())
        ours_s.append(_seconds_to_picture())
    return Row(
        "start to first picture",
        f"{1e3 * statistics.median(ours_s):.0f} ms",
        f"`python -c 'import sanic, numpy'`: {1e3 * statistics.median(imports_s):.0f} ms",
        "camerad / imports",
        [our / imports for our, imports in zip(ours_s, imports_s, strict=True)],
        Bar(1.5, at_least=False),
    )


def _seconds_to_import() -> float:
    begin_s = time.monotonic()
    subprocess.run([sys.executable, "-c", "import sanic, numpy"], check=True)
    return time.monotonic() - begin_s


def _seconds_to_picture() -> float:
    with fresh_state() as (state, token):
        port = free_port()
        command = [*serve_command(state, port, "pattern"), f"--https-port={free_port()}"]
        begin_s = time.monotonic()
        with process(command, {}) as pid:
            wait_for_picture(camerad_server(pid, port, token), _POLL_S)
            return time.monotonic() - begin_s
