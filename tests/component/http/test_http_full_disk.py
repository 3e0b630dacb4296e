"""Uploads to disks that have no room, or not all of it on one of them."""

import os
import subprocess
import time

import pytest
import requests

from multipart_forms import BOUNDARY, file, form, part

MIB = 1 << 20
CONFIG = """
[limits]
enabled = false
[storage]
reserve_bytes = 2097152
"""


@pytest.fixture
def mount():
    """`mount(path, size)` puts a file system of its own, of so many bytes, at a path."""
    mounted = []

    def make(path, size):
        path.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount a tmpfs: {done.stderr.strip()}")
        mounted.append(path)

    yield make
    for path in mounted:
        subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.fixture
def small(mount, daemon, tmp_path):
    """A daemon with 16 MiB under each root, 2 of which are not to be used."""
    config = tmp_path / "camerad.toml"
    config.write_text(CONFIG)
    process = daemon("--config", str(config), "--camera", "pattern:320x240")
    for root in ("media", "data"):
        mount(process.state / root, 16 * MIB)
    return process


@pytest.fixture
def send(small):
    def send(*parts, announced=True):
        body = form(*parts)
        pieces = (body[start : start + 100_000] for start in range(0, len(body), 100_000))
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return requests.post(
            f"{small.url}/upload",
            data=body if announced else pieces,
            headers=small.headers("admin") | headers,
            timeout=20,
        )

    return send


def names(small):
    return [sorted(os.listdir(small.state / root)) for root in ("media", "data")]


def free_bytes(path):
    status = os.statvfs(path)
    return status.f_bavail * status.f_frsize


@pytest.mark.parametrize("announced", [True, False])
def test_no_room_leaves_nothing(small, send, announced):
    assert send(file(bytes(4 * MIB), filename="before")).ok
    for _ in range(3):
        answer = send(file(bytes(12 * MIB), filename="large"), announced=announced)
        assert answer.status_code == 507
        assert answer.json()["error"]["code"] == "INSUFFICIENT_STORAGE"
        assert names(small) == [["before"], []]
        assert free_bytes(small.state / "media") == 12 * MIB
    assert send(file(bytes(9 * MIB), filename="after")).ok


def test_what_is_announced_too_large_is_not_begun(small, send):
    answer = send(file(bytes(40 * MIB), filename="large"))
    assert answer.status_code == 507
    assert names(small) == [[], []]


def test_the_reserve_is_not_used_up(small, send):
    for number in range(20):
        send(file(bytes(MIB), filename=str(number)), announced=number % 2 == 0)
    assert 2 * MIB <= free_bytes(small.state / "media") < 4 * MIB


def test_another_root_may_be_another_disk(small, send):
    assert send(part("path", b"/data/sub"), file(bytes(10 * MIB), filename="there")).ok
    assert names(small) == [[], ["sub"]]
    assert (small.state / "data" / "sub" / "there").read_bytes() == bytes(10 * MIB)
    answer = send(part("path", b"/data"), file(bytes(10 * MIB), filename="no room"))
    assert answer.status_code == 507
    assert names(small) == [[], ["sub"]]


def test_one_full_disk_keeps_nothing_from_another(small, send):
    """What is recorded fills one of them; configuration still gets to the other."""
    assert send(file(bytes(13 * MIB), filename="full")).ok
    for path, status in ((b"/data", 200), (b"/media/data", 507)):
        answer = send(file(bytes(4 * MIB), filename="small"), part("path", path))
        assert answer.status_code == status
    assert names(small) == [["full"], ["small"]]


def test_health_tells_of_it(small, send):
    for number in range(16):
        send(file(bytes(MIB), filename=str(number)))
    (small.state / "media" / "filler").write_bytes(bytes(free_bytes(small.state / "media")))
    deadline_s = time.monotonic() + 2
    while (storage := storage_check(small)) != "full":
        assert (storage, time.monotonic() < deadline_s) == ("ok", True)
        time.sleep(0.1)  # it is known a second late


def storage_check(small):
    return requests.get(f"{small.url}/health", timeout=10).json()["checks"]["storage"]
