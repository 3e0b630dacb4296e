"""kill -9 in the middle of writes: what is there afterwards is whole."""

import hashlib
import os
import random
import signal
import subprocess
import sys

import pytest

from camerad.config.load import load
from camerad.storage.partial import PREFIX, remove_partials
from camerad.storage.tree import Tree

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


CREATES_FOR_EVER = """
import hashlib, os, random, sys
from pathlib import Path
from camerad.storage.tree import Tree
tree = Tree({"/media/data": Path(sys.argv[1])}, 0)
number = 0
while True:
    data = os.urandom(random.randrange(1_000_000))
    path = f"{number % 7}/{number}.bin"
    with tree.create(path, size_bytes=len(data)) as writer:
        writer.write(hashlib.sha256(data).digest())
        for start in range(0, len(data), 65536):
            writer.write(data[start:start + 65536])
        writer.commit()
    tree.write("same.bin", hashlib.sha256(data).digest() + data, overwrite=True)
    print("written", flush=True)
    number += 1
"""


@pytest.mark.parametrize("_round", range(5))
def test_files_in_the_tree(tmp_path, _round):
    killed_in_the_middle(CREATES_FOR_EVER, str(tmp_path))
    tree = Tree({"/media/data": tmp_path}, 0)
    entries = tree.listing("/media/data", recursive=True).entries
    files = [entry.name for entry in entries if not entry.is_directory]
    assert "same.bin" in files
    for name in files:
        content = (tmp_path / name).read_bytes()
        assert hashlib.sha256(content[32:]).digest() == content[:32]
    tree.prepare()
    left = [path.name for path in tmp_path.rglob("*") if path.name.startswith(PREFIX)]
    assert left == []


CONFIGURES_FOR_EVER = """
import sys
from pathlib import Path
from camerad.config.load import load
store = load(Path(sys.argv[1]))
number = store.current.limits.api
while True:
    number += 1
    controls = {f"control_{index}": number for index in range(200)}
    store.merge("camera", {"controls": controls})
    store.merge("limits", {"api": number})
    print("written", flush=True)
"""


def test_configuration_over_several_kills(tmp_path):
    for _ in range(4):
        before = load(tmp_path).current.limits.api
        killed_in_the_middle(CONFIGURES_FOR_EVER, str(tmp_path))
        store = load(tmp_path)
        assert store.warnings == []
        assert store.current.limits.api > before
        assert len(set(store.current.camera.controls.values())) == 1
