"""Finds devices, asks them where their services are, and notes it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Final, Self

from msgspec import structs

from camerad.clock import iso_utc
from camerad.errors import CameradError
from camerad.onvif.addresses import Address
from camerad.onvif.asking import Asking
from camerad.onvif.book import DeviceBook
from camerad.onvif.device import Credentials, Device
from camerad.onvif.directory import Directory
from camerad.onvif.discovery import Found, Search
from camerad.onvif.endpoint import Endpoint, parse_url
from camerad.onvif.messages import Scopes, read_scopes
from camerad.onvif.names import DEVICE_SERVICE
from camerad.onvif.reach import Reach

logger = logging.getLogger(__name__)

MAX_ASKED_AT_ONCE: Final = 16
PATIENCE_S: Final = 10.0
"""How long after a search devices are waited for that have answered it, but not yet told where
their services are."""


class Finder:
    """Searches one at a time: who asks during a search gets its results."""

    def __init__(
        self, directory: Directory, book: DeviceBook, asking: Asking, reach: Reach, disk: Executor
    ) -> None:
        self._directory = directory
        self._book = book
        self._asking = asking
        self._reach = reach
        self._disk = disk
        self._asked = asyncio.Semaphore(MAX_ASKED_AT_ONCE)
        self._running: asyncio.Task[list[Device]] | None = None

    async def discover(self, timeout_s: float) -> list[Device]:
        """All devices that answer, and those entered by hand whether they do or not."""
        if self._running is None:
            self._running = asyncio.create_task(self._discover(timeout_s))
            self._running.add_done_callback(self._over)
        # A client that hangs up must not end it for the others.
        return await asyncio.shield(self._running)

    async def ask(self, device: Device) -> Device:
        """The same device with what it tells of itself now. Raises ``CameradError``."""
        by_hand = self._directory.is_entered(device.uuid)
        endpoint = await self._reach.endpoint(device.address, by_hand=by_hand)
        credentials = self._directory.credentials(device.uuid)
        async with self._asked:
            services = await self._asking.services(endpoint, credentials)
            told = structs.replace(
                device,
                services={DEVICE_SERVICE: device.address}
                | {name: url for name, url in services.items() if name != DEVICE_SERVICE},
                last_seen=iso_utc(),
            )
            # What was found has told its scopes already.
            if by_hand:
                told = _named(told, await self._scopes(endpoint, credentials), endpoint.host)
        self._book.note([told])
        return told

    def close(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def _over(self, _task: object) -> None:
        self._running = None

    async def _discover(self, timeout_s: float) -> list[Device]:
        near = await self._reach.near_now()
        with _Enquiries(self._ask_or_keep) as enquiries:
            for device in self._directory.entered():
                enquiries.begin(device)

            def on_found(found: Found) -> None:
                if not self._directory.is_entered(found.match.uuid):
                    enquiries.begin(self._met(found))

            await Search(near, self._usual_host, on_found).run(timeout_s)
            devices = await enquiries.results()
        await asyncio.get_running_loop().run_in_executor(self._disk, self._book.write)
        return devices

    async def _scopes(self, endpoint: Endpoint, credentials: Credentials | None) -> Scopes:
        try:
            return read_scopes(await self._asking.scopes(endpoint, credentials))
        except CameradError as error:
            logger.debug("%s does not tell its name: %s", endpoint.url, error.message)
            return read_scopes(())

    async def _ask_or_keep(self, device: Device) -> Device:
        try:
            return await self.ask(device)
        except CameradError as error:
            logger.info("ONVIF device %s: %s: %s", device.uuid, error.message, error.details)
            return device

    def _met(self, found: Found) -> Device:
        """A device that has just answered, with the services that it has told of before."""
        match, endpoint = found.match, found.endpoint
        before = self._book.find(match.uuid)
        same = before is not None and before.address == endpoint.url
        device = Device(
            uuid=match.uuid,
            name="",
            hardware="",
            location="",
            services=before.services if before and same else {DEVICE_SERVICE: endpoint.url},
            last_seen=iso_utc(),
        )
        device = _named(device, read_scopes(match.scopes), endpoint.host)
        self._book.note([device])
        return device

    def _usual_host(self, uuid: str) -> Address | None:
        before = self._book.find(uuid)
        announced = before and parse_url(before.address)
        return announced.host if announced else None


class _Enquiries:
    """What devices are asked while others are still being found."""

    def __init__(self, ask: Callable[[Device], Awaitable[Device]]) -> None:
        self._ask = ask
        self._devices: dict[str, Device] = {}
        self._tasks: dict[str, asyncio.Future[Device]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for task in self._tasks.values():
            task.cancel()

    def begin(self, device: Device) -> None:
        """Ask a device, in place of another of its name."""
        if device.uuid in self._tasks:
            self._tasks[device.uuid].cancel()
        self._devices[device.uuid] = device
        self._tasks[device.uuid] = asyncio.ensure_future(self._ask(device))

    async def results(self) -> list[Device]:
        """All devices, as they were where they are too slow to tell more."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=PATIENCE_S)
        return [
            task.result() if task.done() else self._devices[uuid]
            for uuid, task in self._tasks.items()
        ]


def _named(device: Device, scopes: Scopes, host: Address) -> Device:
    """A device under the best names that there are for it."""
    return structs.replace(
        device,
        name=scopes.name or scopes.hardware or str(host),
        hardware=scopes.hardware,
        location=scopes.location or str(host),
    )
