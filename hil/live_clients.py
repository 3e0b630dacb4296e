"""Clients of /stream that look at it, and count, until they are told to stop."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

from camerad_service import CameradService
from stream_parts import stream_parts


class LiveClient:
    def __init__(self, answer: requests.Response) -> None:
        self.pictures = 0
        self.problem: Exception | None = None
        self._answer = answer
        self._closing = False
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def close(self) -> None:
        """Raises if the stream had ended before."""
        self._closing = True
        self._thread.join()
        if self.problem is not None:
            raise self.problem

    def _read(self) -> None:
        try:
            with self._answer:
                for _ in stream_parts(self._answer):
                    self.pictures += 1
                    if self._closing:
                        return
            self.problem = AssertionError(f"the stream ended after {self.pictures} pictures")
        except (OSError, requests.RequestException) as error:
            self.problem = error


@contextmanager
def live_clients(service: CameradService, path: str, count: int) -> Iterator[list[LiveClient]]:
    """So many, that see the stream of this path all through the context."""
    with ExitStack() as stack:
        clients: list[LiveClient] = []
        for _ in range(count):
            client = LiveClient(service.get(path, stream=True))
            stack.callback(client.close)
            clients.append(client)
        yield clients
