"""kill -9 in the middle of uploads: what has its final name is whole, and nothing else stays.

CAMERAD_KILLS sets how often; 20 unless told.
"""

import contextlib
import hashlib
import itertools
import os
import random
import signal
import threading

import pytest
import requests

from camerad.storage.partial import PREFIX

KILLS = int(os.environ.get("CAMERAD_KILLS", "20"))
LARGEST = 12 << 20
AGAIN = "again.bin"


class Uploader(threading.Thread):
    """Uploads files that hold their own digest, until nobody answers."""

    def __init__(self, process, names):
        super().__init__()
        self.kept = []
        self.begun = threading.Event()
        self._names = names
        self._url = f"{process.url}/upload"
        self._headers = process.headers("admin")

    def run(self):
        with contextlib.suppress(requests.RequestException), requests.Session() as session:
            session.headers.update(self._headers)
            for number in self._names:
                content = random.randbytes(random.choice((100, 100_000, LARGEST)))
                name = f"{number}.bin" if number % 3 else AGAIN
                self.begun.set()
                session.post(
                    self._url,
                    files={"file": (name, hashlib.sha256(content).digest() + content)},
                    data={"path": random.choice(("", "a/b", "/data")), "overwrite": "true"},
                    timeout=20,
                ).raise_for_status()
                self.kept.append(name)


def files(state):
    for root in (state / "media", state / "data"):
        yield from (path for path in root.rglob("*") if path.is_file())


def check(state):
    """Every file is whole; gives their names, and of those that were on their way."""
    found, partial = set(), []
    for path in files(state):
        if path.name.startswith(PREFIX):
            partial.append(path.name)
        else:
            content = path.read_bytes()
            assert hashlib.sha256(content[32:]).digest() == content[:32], path
            found.add(path.name)
    return found, partial


def make_room(state):
    """Remove what has been seen to be whole, but for what is to be overwritten."""
    for path in files(state):
        if path.name != AGAIN:
            path.unlink()


@pytest.mark.timeout(60 + 5 * KILLS)
def test_no_partial_file_has_a_final_name(daemon, tmp_path, record_testsuite_property):
    config = tmp_path / "camerad.toml"
    config.write_text("[limits]\nenabled = false\n[storage]\nreserve_bytes = 0\n")
    options = ("--config", str(config), "--camera", "pattern:320x240")
    process = daemon(*options)
    numbers = itertools.count(1)
    cut = 0
    for _ in range(KILLS):
        uploaders = [Uploader(process, numbers) for _ in range(3)]
        for uploader in uploaders:
            uploader.start()
        for uploader in uploaders:
            assert uploader.begun.wait(10)
        uploaders[0].join(random.uniform(0, 0.3))  # anywhere inside an upload
        os.kill(process.pid, signal.SIGKILL)
        assert process.stop() == -signal.SIGKILL
        for uploader in uploaders:
            uploader.join()
        found, partial = check(process.state)
        assert {name for uploader in uploaders for name in uploader.kept} <= found
        cut += len(partial)
        process.start(*options)
        assert check(process.state) == (found, [])
        make_room(process.state)
    assert cut > KILLS / 4
    record_testsuite_property("uploads cut by kills", f"{cut} by {KILLS}, of {next(numbers) - 1}")
