"""Whether an address may be contacted now: a machine moves from network to network as well."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

from camerad.errors import OnvifDeviceUnreachable
from camerad.onvif.addresses import Neighbourhood, refusal
from camerad.onvif.endpoint import Endpoint, parse_url

FRESH_S: Final = 5.0


class Reach:
    """Looks around in a thread of ``threads``."""

    def __init__(self, look_around: Callable[[], Neighbourhood], threads: Executor) -> None:
        """``look_around`` blocks, and gives the networks that we are in."""
        self._look_around = look_around
        self._threads = threads
        self._near = Neighbourhood((), frozenset())
        self._seen_at_s = float("-inf")

    async def near(self) -> Neighbourhood:
        """As it was seconds ago at most."""
        if time.monotonic() - self._seen_at_s > FRESH_S:
            return await self.near_now()
        return self._near

    async def near_now(self) -> Neighbourhood:
        loop = asyncio.get_running_loop()
        self._near = await loop.run_in_executor(self._threads, self._look_around)
        self._seen_at_s = time.monotonic()
        return self._near

    async def endpoint(self, url: str, *, by_hand: bool) -> Endpoint:
        """Where a URL leads that was once accepted: entered by hand, or learnt.

        Raises ``OnvifDeviceUnreachable`` if it may not be contacted, or no longer.
        """
        announced = parse_url(url)
        if announced is None or announced.host is None:
            raise OnvifDeviceUnreachable("The device has no usable address", url)
        near = await self.near()
        problem = refusal(announced.host, announced.port)
        if announced.host in near.own:
            problem = "is this machine itself"
        elif not by_hand and not near.is_near(announced.host):
            problem = "is in no network that this machine is directly connected to"
        if problem:
            raise OnvifDeviceUnreachable(
                "The device's address is not contacted", f"{announced.host} {problem}"
            )
        return announced.at(announced.host)
