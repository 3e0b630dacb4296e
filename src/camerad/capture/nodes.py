"""Which of the video nodes of this machine are cameras."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from camerad.capture import ioctl
from camerad.capture.faults import GONE
from camerad.capture.identity import VideoNode
from camerad.capture.v4l2 import OPEN_FLAGS, unsuitable


class CameraNodes:
    """Asks every node once whether it is a camera: a UVC camera brings a node of metadata too."""

    def __init__(self, video_nodes: Callable[[], list[VideoNode]]) -> None:
        self._video_nodes = video_nodes
        self._answers: dict[VideoNode, bool] = {}

    def find(self) -> list[VideoNode]:
        """Those that are there, by their numbers. One that cannot be asked, because it is busy or
        not ours to open, is taken for a camera. Blocks.
        """
        nodes = self._video_nodes()
        self._answers = {node: known for node, known in self._answers.items() if node in nodes}
        return [node for node in nodes if self._is_camera(node)]

    def _is_camera(self, node: VideoNode) -> bool:
        if node.captures is not None:
            return node.captures
        if node not in self._answers:
            try:
                with opened(node.device) as fd:
                    self._answers[node] = unsuitable(ioctl.querycap(fd)) is None
            except OSError as error:
                return error.errno not in GONE
        return self._answers[node]


@contextmanager
def opened(device: str) -> Iterator[int]:
    """A descriptor for a few questions."""
    fd = os.open(device, OPEN_FLAGS)
    try:
        yield fd
    finally:
        os.close(fd)
