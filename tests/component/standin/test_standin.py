"""The V4L2 stand-in, seen by programs that know nothing of it."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from turbojpeg import TurboJPEG

from daemon_process import free_port
from standin import Camera, environment

WIDTH, HEIGHT = 160, 120  # the least that µStreamer takes


def run(command: Sequence[str], camera: Camera) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **environment(camera)}
    return subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=20)


def stream(camera: Camera, target: Path, count: int, *options: str) -> str:
    """Take ``count`` frames by v4l2-ctl into one file; gives what it says of each buffer."""
    command = [
        "v4l2-ctl",
        f"--device={camera.path}",
        *options,
        "--stream-mmap=4",
        f"--stream-count={count}",
        f"--stream-to={target}",
        "--verbose",
    ]
    result = run(command, camera)
    assert result.returncode == 0, result.stderr
    return result.stderr


@contextmanager
def ustreamer(camera: Camera, *options: str) -> Iterator[str]:
    port = free_port()
    command = ["ustreamer", "--device", camera.path, "--port", str(port), *options]
    env = {**os.environ, **environment(camera)}
    process = subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def online_snapshot(url: str, timeout_s: float = 10) -> bytes:
    """The first picture that µStreamer really took of the camera."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        try:
            with urllib.request.urlopen(f"{url}/snapshot", timeout=5) as answer:
                if answer.headers["X-UStreamer-Online"] == "true":
                    return bytes(answer.read())
        except urllib.error.URLError:
            pass
        time.sleep(0.02)  # nothing to wait on: the port opens when it opens
    raise TimeoutError(url)


@pytest.fixture
def jpegs(tmp_path: Path) -> list[bytes]:
    """Three plain pictures, dark to bright, in the directory ``frames``."""
    directory = tmp_path / "frames"
    directory.mkdir()
    pixels = [np.full((HEIGHT, WIDTH, 3), level, np.uint8) for level in (40, 120, 200)]
    pictures = [TurboJPEG().encode(picture) for picture in pixels]
    for number, picture in enumerate(pictures):
        (directory / f"{number}.jpg").write_bytes(picture)
    return pictures


def test_v4l2_ctl_streams_raw_pictures_in_their_order(tmp_path: Path) -> None:
    pictures = [bytes([level]) * (WIDTH * HEIGHT * 2) for level in (1, 2, 3)]
    for number, picture in enumerate(pictures):
        (tmp_path / f"{number}.yuyv").write_bytes(picture)
    camera = Camera(sizes=(f"{WIDTH}x{HEIGHT}",), rates=("30",), frames=tmp_path)
    stream(camera, tmp_path / "out", 6)
    assert (tmp_path / "out").read_bytes() == b"".join(pictures * 2)


def test_v4l2_ctl_streams_jpeg(tmp_path: Path, jpegs: list[bytes]) -> None:
    camera = Camera(fourccs=("MJPG",), rates=("30",), frames=tmp_path / "frames")
    stream(camera, tmp_path / "out", 6)
    assert (tmp_path / "out").read_bytes() == b"".join(jpegs * 2)


def test_v4l2_ctl_negotiates_size_and_rate(tmp_path: Path) -> None:
    camera = Camera(fourccs=("YUYV", "NV12"), sizes=("640x480", "320x240"), rates=("30", "200"))
    stream(camera, tmp_path / "out", 3, "--set-fmt-video=width=320,pixelformat=NV12", "-p", "200")
    assert (tmp_path / "out").stat().st_size == 3 * 320 * 240 * 3 // 2


def test_rows_are_padded(tmp_path: Path) -> None:
    picture = bytes(range(16)) * 2
    (tmp_path / "0.grey").write_bytes(picture)
    camera = Camera(
        fourccs=("GREY",),
        sizes=("16x2",),
        rates=("200",),
        frames=tmp_path,
        options={"stride_padding": 4},
    )
    stream(camera, tmp_path / "out", 1)
    row = bytes(range(16)) + b"\xa5" * 4
    assert (tmp_path / "out").read_bytes() == row * 2


@pytest.mark.parametrize(
    ("option", "third"),
    [
        ("error_every", (2 * 640 * 480, True)),
        ("short_every", (640 * 480, False)),
        ("empty_every", (0, False)),
    ],
)
def test_every_nth_frame_is_broken(tmp_path: Path, option: str, third: tuple[int, bool]) -> None:
    log = stream(Camera(rates=("200",), options={option: 3}), tmp_path / "out", 4)
    frames = [line for line in log.splitlines() if "cap dqbuf" in line]
    seen = [(int(frame.split("bytesused: ")[1].split()[0]), "(error" in frame) for frame in frames]
    whole = (2 * 640 * 480, False)
    assert seen[:4] == [whole, whole, third, whole]


@pytest.mark.parametrize(
    ("camera", "word"),
    [
        (Camera(failures=("open:EBUSY",)), "Device or resource busy"),
        (Camera(failures=("streamon:ENOSPC",)), "No space left on device"),
        (Camera(options={"unplug_after": 1}, rates=("200",)), "No such device"),
        (Camera(options={"gone_while": "/dev/null"}), "Cannot open device"),
    ],
)
def test_failures(tmp_path: Path, camera: Camera, word: str) -> None:
    command = ["v4l2-ctl", "-d", camera.path, "--stream-mmap", "--stream-count=3"]
    result = run([*command, f"--stream-to={tmp_path / 'out'}"], camera)
    assert word in result.stderr


def test_unknown_settings_are_refused() -> None:
    assert "wrong setting tpyo=1" in run(["true"], Camera(options={"tpyo": 1})).stderr


def test_ustreamer_encodes_yuyv(tmp_path: Path) -> None:
    (tmp_path / "0.yuyv").write_bytes(bytes((50, 128)) * (WIDTH * HEIGHT))
    camera = Camera(sizes=(f"{WIDTH}x{HEIGHT}",), frames=tmp_path)
    with ustreamer(camera, "--format=YUYV", f"--resolution={WIDTH}x{HEIGHT}") as url:
        pixels = TurboJPEG().decode(online_snapshot(url))
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert abs(float(pixels.mean()) - 50) < 4


def test_ustreamer_passes_jpeg_through(tmp_path: Path, jpegs: list[bytes]) -> None:
    camera = Camera(fourccs=("MJPG",), sizes=(f"{WIDTH}x{HEIGHT}",), frames=tmp_path / "frames")
    options = ("--format=MJPEG", "--encoder=HW", f"--resolution={WIDTH}x{HEIGHT}")
    with ustreamer(camera, *options) as url:
        assert online_snapshot(url) in jpegs


IN_PYTHON = f"""
import fcntl, mmap, os, select, sys, v4l2
def buffer(index=0):
    return v4l2.v4l2_buffer(index=index, type=v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE,
                            memory=v4l2.V4L2_MEMORY_MMAP)
def request(fd, count):
    fcntl.ioctl(fd, v4l2.VIDIOC_REQBUFS, v4l2.v4l2_requestbuffers(
        count=count, type=v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE, memory=v4l2.V4L2_MEMORY_MMAP))
def dequeue(fd):
    assert select.select([fd], [], [], 5)[0]
    taken = buffer()
    fcntl.ioctl(fd, v4l2.VIDIOC_DQBUF, taken)
    return taken
path = "{Camera().path}"
assert os.access(path, os.R_OK) and os.stat(path).st_rdev == os.makedev(81, 70)
fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
request(fd, 2)
maps = []
for index in range(2):
    queried = buffer(index)
    fcntl.ioctl(fd, v4l2.VIDIOC_QUERYBUF, queried)
    maps.append(mmap.mmap(fd, queried.length, offset=queried.m.offset))
    fcntl.ioctl(fd, v4l2.VIDIOC_QBUF, queried)
fcntl.ioctl(fd, v4l2.VIDIOC_STREAMON, v4l2.v4l2_buf_type(v4l2.V4L2_BUF_TYPE_VIDEO_CAPTURE))
"""


def in_python(camera: Camera, script: str) -> str:
    result = run([sys.executable, "-c", IN_PYTHON + script], camera)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_frames_without_a_buffer_are_lost() -> None:
    script = """
first, second = dequeue(fd), dequeue(fd)
assert select.select([fd], [], [], 0.05) == ([], [], [])
fcntl.ioctl(fd, v4l2.VIDIOC_QBUF, first)
third = dequeue(fd)
print(first.sequence, second.sequence, third.sequence > 3, bytes(maps[0][:3]))
"""
    camera = Camera(rates=("100",))
    assert in_python(camera, script).split(maxsplit=3)[:3] == ["0", "1", "True"]


def test_without_pace_frames_wait_for_buffers_only() -> None:
    script = """
print(select.select([fd], [], [], 5)[0] == [fd], end=" ")
for number in range(1000):
    fcntl.ioctl(fd, v4l2.VIDIOC_QBUF, dequeue(fd))
last, other = dequeue(fd), dequeue(fd)
print(other.sequence, select.select([fd], [], [], 0)[0])
"""
    assert in_python(Camera(rates=("1",), options={"pace": "none"}), script) == "True 1001 []\n"


def test_a_mapping_keeps_the_node_busy() -> None:
    script = """
def attempt():
    again = os.open(path, os.O_RDWR)
    try:
        request(again, 2)
        print("free")
    except OSError as error:
        print(error.errno)
    os.close(again)
attempt()
os.close(fd)
attempt()
for each in maps: each.close()
attempt()
"""
    assert in_python(Camera(), script) == "16\n16\nfree\n"


def test_an_unplugged_camera_comes_back() -> None:
    script = """
import time
frames = [dequeue(fd).sequence for _ in range(2)]
try:
    dequeue(fd)
except OSError as error:
    print(error.errno, os.path.exists(path), end=" ")
deadline = time.monotonic() + 5
while not os.path.exists(path) and time.monotonic() < deadline:
    time.sleep(0.01)
fd = os.open(path, os.O_RDWR)
print(os.path.exists(path))
"""
    options = {"unplug_after": 2, "back_after_ms": 100}
    assert in_python(Camera(rates=("100",), options=options), script) == "19 False True\n"
