"""kill -9 in the middle of writes: what is there afterwards is whole."""

import hashlib
import os
import random
import signal
import subprocess
import sys

import pytest

from camerad.storage.partial import PREFIX, remove_partials

WRITES_FOR_EVER = """
import hashlib, os, random, sys
from pathlib import Path
from camerad.storage.atomic import write_atomic
while True:
    data = os.urandom(random.randrange(200_000))
    write_atomic(Path(sys.argv[1]), hashlib.sha256(data).digest() + data)
    print("written", flush=True)
"""


def killed_in_the_middle(script, *arguments):
    child = subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE)
    try:
        # Some writes, then anywhere inside one.
        for _ in range(random.randrange(1, 20)):
            assert child.stdout.readline() == b"written\n"
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=random.uniform(0.0001, 0.005))
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()


@pytest.mark.parametrize("_round", range(5))
def test_atomic_write(tmp_path, _round):
    path = tmp_path / "f"
    killed_in_the_middle(WRITES_FOR_EVER, str(path))
    content = path.read_bytes()
    assert hashlib.sha256(content[32:]).digest() == content[:32]

    left = {name for name in os.listdir(tmp_path) if name != "f"}
    assert all(name.startswith(PREFIX) for name in left)
    directory = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert remove_partials(directory) == len(left)
    finally:
        os.close(directory)
    assert os.listdir(tmp_path) == ["f"]
