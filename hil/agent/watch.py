"""``python3 -m agent.watch PORT TOKEN CAMERA WIDTHxHEIGHT`` prints a line of JSON for each time
that the camera's node came back: its name, and how many seconds later a picture was here that had
been captured since. Pictures of another size are what is shown while there is no camera.
"""

import json
import sys
import threading
from time import time as now_s

from agent.stream import parts
from agent.uevents import arrivals


class Watch:
    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._node: tuple[str, float] | None = None

    def note_arrivals(self) -> None:
        for node, at_s in arrivals():
            with self._lock:
                self._node = node, at_s

    def note_pictures(self, port: int, token: str, camera: int) -> None:
        say(watches=camera)
        for part in parts(port, token, camera):
            with self._lock:
                node = self._node
                if node is None or part.size != self._size or part.captured_at_s < node[1]:
                    continue
                self._node = None
            say(node=node[0], after_s=round(now_s() - node[1], 3))


def say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    port, token, camera, size = sys.argv[1:]
    width, _, height = size.partition("x")
    watch = Watch((int(width), int(height)))
    threading.Thread(target=watch.note_arrivals, daemon=True).start()
    watch.note_pictures(int(port), token, int(camera))


main()
