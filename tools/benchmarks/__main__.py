"""The command line of tools/bench."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import codec, files, process, recording, requests, streams, subscribers
from benchmarks.pictures import make_pictures
from benchmarks.table import Row, markdown, write_readme

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / ".cache" / "bench"
FILE_BYTES = 1 << 30

_ROWS = (
    *("encode", "codec", "fan-out", "idle", "start", "health", "subscribers"),
    *("download", "upload", "record", "crowd"),
)


def main() -> int:
    parser = _parser()
    options = parser.parse_args()
    if unknown := set(options.rows).difference(_ROWS):
        parser.error(f"no such row: {', '.join(unknown)}")
    rounds, seconds = (1, 2.0) if options.quick else (5, 6.0)
    rows = []
    for name, measure in _measurements(make_pictures(PICTURES), rounds, seconds).items():
        if not options.rows or name in options.rows:
            print(f"Measuring: {name}", file=sys.stderr)
            rows += measure()
    table = markdown(rows)
    print(table, end="")
    if options.write_readme:
        write_readme(ROOT / "README.md", f"`tools/bench` on {_machine()}:\n\n{table}")
    return 0


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} processors ({names[0] if names else platform.machine()})"


def _measurements(
    pictures: Path, rounds: int, seconds: float
) -> Mapping[str, Callable[[], list[Row]]]:
    return {
        "encode": lambda: [
            streams.encode(pictures, rounds, seconds, quantization)
            for quantization in ("full", "limited")
        ],
        "codec": lambda: [
            codec.unpack_and_encode(pictures, rounds, full_range=full) for full in (True, False)
        ],
        "fan-out": lambda: [
            streams.fan_out(pictures, rounds, seconds, clients) for clients in (1, 10, 50)
        ],
        "idle": lambda: [process.idle(pictures, seconds=20.0)],
        "start": lambda: [process.start(rounds + 2)],
        "health": lambda: [requests.health(rounds, seconds)],
        "subscribers": lambda: [subscribers.change(rounds), subscribers.idle(seconds=30.0)],
        "download": lambda: files.download(rounds + 2, FILE_BYTES),
        "upload": lambda: files.upload(rounds + 2, FILE_BYTES),
        "record": lambda: recording.record(pictures, rounds, seconds),
        "crowd": lambda: [recording.crowd(pictures, 5 * seconds)],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/bench")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(_ROWS)}")
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument("--write-readme", action="store_true", help="put the table into README.md")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
