"""All live streams: one broadcast per camera and quality that somebody watches."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from camerad.errors import Overloaded
from camerad.frames.cameras import FedCamera
from camerad.frames.picture import Jpeg
from camerad.imaging.encoder import Encoder
from camerad.stream.broadcast import Broadcast
from camerad.stream.traffic import Traffic


class Streams:
    """Opens streams up to a cap of clients; each broadcast lives as long as it is watched."""

    def __init__(
        self,
        encoder: Encoder,
        placeholder: Callable[[str], Jpeg],
        max_clients: Callable[[], int],
    ) -> None:
        self.clients = 0
        self.traffic = Traffic()
        self.closing = asyncio.Event()
        """Set when the daemon stops: every stream ends then."""
        self._encoder = encoder
        self._placeholder = placeholder
        self._max_clients = max_clients
        self._broadcasts: dict[tuple[int, int | None], Broadcast] = {}
        self._users: Counter[tuple[int, int | None]] = Counter()

    @contextmanager
    def opened(self, source: FedCamera, quality: int | None) -> Iterator[Broadcast]:
        """Count one client of this camera and quality; raises ``Overloaded`` above the cap."""
        most = self._max_clients()
        if self.clients >= most:
            raise Overloaded("Too many clients are watching", f"At most {most} streams at a time")
        key = (source.id, quality)
        if key not in self._broadcasts:
            self._broadcasts[key] = Broadcast(source, self._encoder, quality, self._placeholder)
        broadcast = self._broadcasts[key]
        self.clients += 1
        self._users[key] += 1
        try:
            yield broadcast
        finally:
            self.clients -= 1
            self._users[key] -= 1
            if not self._users[key]:
                del self._broadcasts[key], self._users[key]

    def close(self) -> None:
        self.closing.set()
