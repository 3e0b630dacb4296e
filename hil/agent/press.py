"""``python3 -m agent.press NODE NAME`` presses a button among the controls of a node."""

import os
import sys

from agent.v4l2 import controls, set_control


def main() -> None:
    node, name = sys.argv[1:]
    fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    known = controls(fd)
    if name not in known:
        sys.exit(f"{node} has no control {name!r}, only {', '.join(sorted(known))}")
    set_control(fd, known[name], 1)


main()
