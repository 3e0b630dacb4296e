import subprocess
import sys
from pathlib import Path


class CommandFailed(Exception):
    """With all that the command printed."""


def run(*command: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> bytes:
    """Gives what the command printed on its standard output."""
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        printed = (done.stdout + done.stderr).decode(errors="replace")
        raise CommandFailed(f"{command[0]} ended with {done.returncode}:\n{printed}")
    return done.stdout


def run_in(tree: Path, *command: str) -> bytes:
    """With the tree as its root directory."""
    return run("chroot", tree, *command)


def say(step: str) -> None:
    print(f"device-image: {step}", file=sys.stderr, flush=True)
