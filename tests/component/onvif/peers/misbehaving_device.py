"""A device whose answers are misbehaviours: each at its own path, for every request."""

import socketserver
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from misbehaving import MISBEHAVIOURS, WAIT


class Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        name = self.rfile.readline().split()[1].decode().strip("/")
        while self.rfile.readline().strip():
            pass
        try:
            for piece in MISBEHAVIOURS[name]():
                time.sleep(0.05 if piece == WAIT else 0)
                self.wfile.write(piece)
        except OSError:
            pass  # the client has had enough


socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer.daemon_threads = True
with socketserver.ThreadingTCPServer((sys.argv[1], 8000), Handler) as server:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()
