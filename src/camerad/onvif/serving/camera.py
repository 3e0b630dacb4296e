"""The device among the ONVIF cameras of the network, as long as ``onvif.serve`` is on."""

import asyncio
import logging
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Final

from camerad.accounts.principal import Principal
from camerad.config.schema import Config, Network
from camerad.config.store import ConfigStore
from camerad.onvif.addresses import Address
from camerad.onvif.envelope import Envelope
from camerad.onvif.reach import Reach
from camerad.onvif.serving.device_service import DeviceService
from camerad.onvif.serving.identity import read_identity
from camerad.onvif.serving.media_service import MediaService
from camerad.onvif.serving.responder import Responder
from camerad.onvif.serving.services import Services
from camerad.onvif.serving.visit import Visit

logger = logging.getLogger(__name__)

ANY_IPV4: Final = "0.0.0.0"  # noqa: S104 - compared with, not bound to


class OnvifCamera:
    """Appears and leaves with the configuration."""

    def __init__(
        self,
        *,
        state_dir: Path,
        config: ConfigStore,
        network: Network,
        reach: Reach,
        media: MediaService,
        disk: Executor,
    ) -> None:
        """``network`` is where the daemon really listens."""
        self._state_dir = state_dir
        self._config = config
        self._network = network
        self._reach = reach
        self._media = media
        self._disk = disk
        self._services: Services | None = None
        self._responder: Responder | None = None
        self._changing = asyncio.Lock()
        self._change: asyncio.Task[None] | None = None

    @property
    def is_there(self) -> bool:
        return self._services is not None

    async def start(self) -> None:
        """Be there if that is configured, and from now on whenever it is."""
        loop = asyncio.get_running_loop()

        def changed(old: Config, new: Config) -> None:
            if old.onvif.serve != new.onvif.serve:
                loop.call_soon_threadsafe(self._begin_change)

        self._config.subscribe(changed)
        await self._follow()

    async def close(self) -> None:
        if self._change is not None:
            await self._change
        self._leave()

    async def answer(self, envelope: Envelope, base_url: str, principal: Principal | None) -> str:
        """The body of the answer to a request; raises ``Fault``. Only while ``is_there``."""
        assert self._services is not None
        near = await self._reach.near()
        return self._services.answer(Visit(envelope.operation, base_url, principal, near))

    def _begin_change(self) -> None:
        self._change = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        async with self._changing:
            wanted = self._config.current.onvif.serve
            if wanted and not self.is_there:
                await self._appear()
            elif not wanted:
                self._leave()

    async def _appear(self) -> None:
        loop = asyncio.get_running_loop()
        identity = await loop.run_in_executor(self._disk, partial(read_identity, self._state_dir))
        self._services = Services(DeviceService(identity), self._media)
        responder = Responder(identity, self._reach, self._url)
        try:
            await responder.start()
        except OSError as error:
            # Its services can be used all the same by who knows the address.
            logger.warning("Probes of WS-Discovery cannot be answered: %s", error.strerror)
        self._responder = responder

    def _leave(self) -> None:
        if self._responder is not None:
            self._responder.stop()
        self._services = self._responder = None

    def _url(self, own: Address) -> str | None:
        """Where the device service is at one of our addresses; None where nothing listens."""
        network = self._network
        unserved = own.version == 6 and (own.is_link_local or network.bind == ANY_IPV4)
        if unserved:
            return None
        scheme = "http" if network.http_port else "https"
        host = f"[{own}]" if own.version == 6 else str(own)
        port = network.http_port or network.https_port
        return f"{scheme}://{host}:{port}/onvif/device_service"
