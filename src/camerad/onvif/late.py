"""ONVIF, loaded when somebody needs it: the first picture does not wait for it."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from camerad.accounts.store import Accounts
from camerad.accounts.verifier import Verifier
from camerad.capture.source import Mode
from camerad.config.schema import Config, Network
from camerad.config.store import ConfigStore
from camerad.frames.cameras import Cameras, FedCamera
from camerad.imaging.encoder import DEFAULT_QUALITY

if TYPE_CHECKING:
    from camerad.onvif.client import OnvifClient
    from camerad.onvif.serving.camera import OnvifCamera
    from camerad.onvif.serving.media_service import Picture

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Onvif:
    """Other cameras for us, by ``client``; and we for others, by ``camera``, as long as
    ``onvif.serve`` is on.
    """

    def __init__(
        self,
        *,
        state_dir: Path,
        config: ConfigStore,
        network: Network,
        accounts: Accounts,
        verifier: Verifier,
        cameras: Cameras,
        usual_mode: Callable[[FedCamera], Mode],
        disk: Executor,
    ) -> None:
        """``network`` is where the daemon really listens."""
        self.camera: OnvifCamera | None = None
        """None while the device is not to be one."""
        self._state_dir = state_dir
        self._config = config
        self._network = network
        self._accounts = accounts
        self._verifier = verifier
        self._cameras = cameras
        self._usual_mode = usual_mode
        self._disk = disk
        self._client: OnvifClient | None = None
        self._loading = asyncio.Lock()
        self._changing = asyncio.Lock()
        self._change: asyncio.Task[None] | None = None

    async def client(self) -> "OnvifClient":
        async with self._loading:
            if self._client is None:
                self._client = await self._in_thread(self._make_client)
            return self._client

    async def start(self) -> None:
        """Be a camera if that is configured, and from now on whenever it is."""
        loop = asyncio.get_running_loop()

        def changed(old: Config, new: Config) -> None:
            if old.onvif.serve != new.onvif.serve:
                loop.call_soon_threadsafe(self._begin_change)

        self._config.subscribe(changed)
        await self._follow()

    async def stop(self) -> None:
        """Be no camera any more. May be called more than once."""
        if self._change is not None:
            await self._change
        self._leave()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _begin_change(self) -> None:
        self._change = asyncio.get_running_loop().create_task(self._follow())

    async def _follow(self) -> None:
        async with self._changing:
            wanted = self._config.current.onvif.serve
            if wanted and self.camera is None:
                await self._appear()
            elif not wanted:
                self._leave()

    async def _appear(self) -> None:
        client = await self.client()
        try:
            camera = await self._in_thread(lambda: self._make_camera(client))
        except OSError as error:
            # Its name cannot be kept: a full disk must not keep the pictures from being served.
            logger.warning("The device cannot be an ONVIF camera: %s", error.strerror)
            return
        await camera.start()
        self.camera = camera

    def _leave(self) -> None:
        if self.camera is not None:
            self.camera.stop()
        self.camera = None

    async def _in_thread(self, make: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, make)

    def _make_client(self) -> "OnvifClient":
        from camerad.onvif.addresses import neighbourhood  # noqa: PLC0415 - see the module
        from camerad.onvif.client import OnvifClient  # noqa: PLC0415

        return OnvifClient(
            self._state_dir,
            lambda: self._config.current.onvif,
            lambda: neighbourhood(self._network.bind, self._config.current.onvif.interfaces),
            self._disk,
        )

    def _make_camera(self, client: "OnvifClient") -> "OnvifCamera":
        from camerad.onvif.serving.camera import OnvifCamera  # noqa: PLC0415 - see the module
        from camerad.onvif.serving.device_service import DeviceService  # noqa: PLC0415
        from camerad.onvif.serving.identity import read_identity  # noqa: PLC0415
        from camerad.onvif.serving.login import UsernameTokens  # noqa: PLC0415
        from camerad.onvif.serving.media_service import MediaService  # noqa: PLC0415
        from camerad.onvif.serving.passes import Passes  # noqa: PLC0415
        from camerad.onvif.serving.services import Services  # noqa: PLC0415

        identity = read_identity(self._state_dir)
        passes = Passes(self._accounts, lambda: self._config.current.auth)
        media = MediaService(self._cameras, self._picture, passes.issue)
        tokens = UsernameTokens(
            self._accounts, self._verifier.verify, lambda: self._config.current.onvif
        )
        services = Services(DeviceService(identity), media)
        return OnvifCamera(identity, services, tokens, client.reach, self._network)

    def _picture(self, fed: FedCamera) -> "Picture":
        from camerad.onvif.serving.media_service import Picture  # noqa: PLC0415 - see the module

        mode, found = self._usual_mode(fed), fed.camera.status.format
        return Picture(
            fed.id,
            found.width if found else mode.width or 0,
            found.height if found else mode.height or 0,
            found.fps if found else mode.fps or 0,
            self._config.current.stream.quality or DEFAULT_QUALITY,
        )
