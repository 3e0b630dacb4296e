"""What watching a stream costs its server."""

import json
import subprocess
import sys
from dataclasses import dataclass

from benchmarks.cpu import cpu_s
from benchmarks.servers import FPS, Server, wait_for_picture


@dataclass(frozen=True, slots=True)
class Watch:
    """What all clients together got in the time, and the processor time that it took."""

    server_cpu_s: float
    frames: int
    gigabytes: float
    missed: int
    """Frames that other clients got, or that nobody got although the camera made them."""

    @property
    def ms_a_frame(self) -> float:
        return 1e3 * self.server_cpu_s / self.frames

    @property
    def s_a_gigabyte(self) -> float:
        return self.server_cpu_s / self.gigabytes

    @property
    def kilobytes_a_frame(self) -> float:
        return 1e6 * self.gigabytes / self.frames


def watch(server: Server, clients: int, seconds: float) -> Watch:
    """Let a number of clients read the stream; starts counting once all of them have frames."""
    wait_for_picture(server)
    address = f"127.0.0.1:{server.port}"
    reader = [sys.executable, "-m", "benchmarks.reader", address, str(clients), str(seconds)]
    with subprocess.Popen(
        [*reader, server.capture_time_header], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(server.request(server.stream_path))
        process.stdin.close()
        if process.stdout.readline() != b"start\n":
            raise RuntimeError("the reader has failed")
        before_s = cpu_s(server.pid)
        found = json.loads(process.stdout.readline())
        used_s = cpu_s(server.pid) - before_s
    lost = max(0, round(found["seconds_shown"] * FPS) + 1 - found["distinct"])
    return Watch(used_s, found["frames"], found["gigabytes"], found["missed"] + clients * lost)
