"""The JPEGs that cameras show: files named after their size and their turn, 640x480-00.jpg."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from uvc.model import Size


def load(folder: Path) -> Mapping[Size, Sequence[bytes]]:
    pictures: defaultdict[Size, list[bytes]] = defaultdict(list)
    for path in sorted(folder.glob("*.jpg")):
        size, _, _ = path.stem.partition("-")
        width, _, height = size.partition("x")
        pictures[Size(int(width), int(height))].append(path.read_bytes())
    return dict(pictures)
