"""A V4L2 camera for machines without one: see v4l2_standin.h for what it can do.

env = environment(Camera(70, fourccs=("MJPG",), frames=directory))
subprocess.run(["v4l2-ctl", "-d", "/dev/video70", "--all"], env={**os.environ, **env})
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SOURCES = Path(__file__).parent
_CHECKOUT_CACHE = _SOURCES.parents[1] / ".cache" / "standin"
# The loader splits LD_PRELOAD at spaces, and knows no way to quote one.
_CACHE = (
    Path(tempfile.gettempdir(), f"camerad-standin-{os.getuid()}")
    if " " in str(_CHECKOUT_CACHE)
    else _CHECKOUT_CACHE
)
_COMPILE = ("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC")


@dataclass(frozen=True, slots=True)
class Camera:
    """One node. ``options`` and ``failures`` are the keys and ``fail`` values of the header."""

    number: int = 70
    fourccs: Sequence[str] = ("YUYV",)
    sizes: Sequence[str] = ("640x480",)
    rates: Sequence[str] = ("30",)
    frames: Path | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    failures: Sequence[str] = ()

    @property
    def path(self) -> str:
        return f"/dev/video{self.number}"

    def variable(self) -> tuple[str, str]:
        pairs: list[tuple[str, object]] = [
            ("fourcc", ",".join(self.fourccs)),
            ("size", ",".join(self.sizes)),
            ("fps", ",".join(self.rates)),
            *self.options.items(),
            *(("fail", failure) for failure in self.failures),
        ]
        if self.frames is not None:
            pairs.append(("frames", self.frames))
        return f"V4L2_STANDIN_video{self.number}", ";".join(f"{key}={to}" for key, to in pairs)


def environment(*cameras: Camera) -> dict[str, str]:
    """What to add to a process's environment so that these cameras exist for it."""
    preload = f"{library()} {os.environ.get('LD_PRELOAD', '')}".strip()
    return {"LD_PRELOAD": preload, **dict(camera.variable() for camera in cameras)}


def library() -> Path:
    """The shared library, compiled when its sources have changed."""
    sources = sorted(_SOURCES.glob("*.[ch]"))
    content = b"\0".join(source.read_bytes() for source in sources)
    target = _CACHE / f"{hashlib.sha256(content).hexdigest()[:16]}.so"
    if not target.exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(f".{os.getpid()}")
        inputs = [source for source in sources if source.suffix == ".c"]
        subprocess.run([*_COMPILE, "-pthread", "-o", unfinished, *inputs, "-ldl"], check=True)
        unfinished.rename(target)
    return target
