"""``python3 -m agent.hold NODE`` has the node for itself until its standard input ends."""

import errno
import os
import sys
import time

from agent.v4l2 import request_buffers

PATIENCE_S = 60


def main() -> None:
    (node,) = sys.argv[1:]
    fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            request_buffers(fd, 2)
            break
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline_s:
                raise
            time.sleep(0.01)  # nothing tells when another program lets go
    sys.stdout.write("held\n")
    sys.stdout.flush()
    sys.stdin.read()


main()
