"""The composition root: builds every object, starts and stops them in order."""

import asyncio
import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from camerad.accounts.store import Accounts, FirstCredentials
from camerad.accounts.verifier import Verifier
from camerad.cameras import find_cameras
from camerad.capture.source import Mode
from camerad.capture.spec import CameraSpec, SpecKind
from camerad.config.load import load
from camerad.config.schema import Network, Storage
from camerad.frames.cameras import FedCamera
from camerad.http.answers import AnySanic
from camerad.http.app import Resource, create_app
from camerad.http.auth import Authenticator
from camerad.http.cameras import CamerasRoute
from camerad.http.config import ConfigRoute
from camerad.http.crowd import Crowd
from camerad.http.downloads import Downloads
from camerad.http.files import Files
from camerad.http.gate import Gate
from camerad.http.images import Images
from camerad.http.limits import Limiter
from camerad.http.live import Live
from camerad.http.login import Login
from camerad.http.metrics import Metrics, Sources
from camerad.http.openapi import OpenApi
from camerad.http.origin import Origins
from camerad.http.recording import RecordingRoute
from camerad.http.snapshots import SnapshotRoute
from camerad.http.system import System
from camerad.http.timings import Timings
from camerad.http.tokens import TokensRoute
from camerad.http.uploads import MAX_UPLOADS, Uploads
from camerad.http.users import UsersRoute
from camerad.http.web import Web
from camerad.http.websocket.events import Events
from camerad.http.websocket.live import LiveSocket
from camerad.http.websocket.sockets import Sockets
from camerad.http.websocket.verbs import Verbs
from camerad.imaging import jpeg as codec
from camerad.imaging.encoder import Encoder
from camerad.imaging.placeholder import placeholder
from camerad.live_config import LiveConfig, configured_mode
from camerad.live_state import LiveState
from camerad.recording.housekeeping import Housekeeping
from camerad.recording.recorder import Recorder
from camerad.snapshot.snapshots import Snapshots
from camerad.storage.state import prepare_state
from camerad.storage.tree import Tree
from camerad.stream.streams import Streams
from camerad.system.figures import Figures
from camerad.system.health import OK, Health
from camerad.system.logs import set_level

logger = logging.getLogger(__name__)

PLACEHOLDER_SIZE: Final = (640, 360)
HANG_S: Final = 10.0
"""A camera's thread that has shown no life for so long hangs in the driver: nothing inside the
process can free it, so the watchdog has to."""

CAMERA_CLOSE_S: Final = 1.0

MAX_ENCODERS: Final = 4
MAX_DISK_READS: Final = 4


class Settings(Struct, frozen=True):
    """What the command line says. What it leaves open the configuration tells."""

    state_dir: Path
    config_file: Path | None = None
    bind: str | None = None
    http_port: int | None = None
    https_port: int | None = None
    cameras: Sequence[CameraSpec] = (CameraSpec(SpecKind.AUTO),)


class Daemon:
    """camerad without its sockets: ``app`` serves it, under any server that starts and stops it."""

    def __init__(self, settings: Settings) -> None:
        codec.shared_library()  # it may be missing, and that must be told now
        prepare_state(settings.state_dir)
        self.config = load(settings.state_dir, settings.config_file)
        set_level(self.config.current.logging.level)
        self.config.subscribe(lambda _, changed: set_level(changed.logging.level))
        self.accounts = Accounts(settings.state_dir)
        self.first_credentials: FirstCredentials | None = None
        """What the start has made, if it was the first one."""
        self._accounts_lost = False
        self.network = _network(self.config.current.network, settings)
        self.cameras = find_cameras(settings.cameras, self.config.current)
        self._verifier = Verifier(self.accounts)
        self._workers = ThreadPoolExecutor(min(MAX_ENCODERS, os.cpu_count() or 1), "encoder")
        self._files = ThreadPoolExecutor(2, "files")
        self._downloads = ThreadPoolExecutor(MAX_DISK_READS, "download")
        self._uploads = ThreadPoolExecutor(MAX_UPLOADS, "upload")
        self._encoder = Encoder(self._workers)
        self._tree = _tree(settings.state_dir, self.config.current.storage)
        self._recorder = Recorder(
            self._tree, self._workers, self._files, self.config, self._usual_mode
        )
        self._housekeeping = Housekeeping(self._tree, self._files, self.config)
        self._live_config = LiveConfig(self.config, self.cameras, self._tree, self._recorder.busy)
        self._live_state = LiveState(
            self.config, self.cameras, lambda: self._recorder.records(self.cameras.active)
        )
        self._streams = self._make_streams()
        self._authenticator = Authenticator(
            self.accounts, self._verifier.verify, lambda: self.config.current.auth.query_token
        )
        self._sockets = Sockets(
            self._authenticator, lambda: self.config.current.stream.max_websockets
        )
        self._timings = Timings()
        self._crowd = Crowd(self.config.current.network.max_connections)
        self.app = self._make_app()

    async def start(self) -> None:
        """Find out what the cameras are; they stream only when somebody looks."""
        for warning in (*self.config.warnings, self.accounts.warning):
            if warning:
                logger.warning("%s", warning)
        lost = self.accounts.warning is not None
        # Not before the start is sure to succeed: its credentials are shown this once.
        self.first_credentials = self.accounts.first_start()
        self._accounts_lost = lost and self.first_credentials is not None
        await asyncio.to_thread(self._tree.prepare)
        self._housekeeping.start()
        self._live_config.start()
        self._live_state.start()
        self._recorder.on_change(self._live_state.state.changed)
        for fed in self.cameras:
            fed.camera.probe()

    async def stop(self) -> None:
        """End all streams, give all devices back. May be called more than once."""
        self._streams.close()
        self._housekeeping.close()
        await self._recorder.close()
        closing = [asyncio.to_thread(fed.camera.close, CAMERA_CLOSE_S) for fed in self.cameras]
        for fed in self.cameras:
            fed.feed.close()
        await asyncio.gather(self._sockets.close(), *closing)
        self._live_state.close()

    def close(self) -> None:
        """Drop the work that nobody waits for any more: after the last request has ended."""
        self._verifier.close()
        for threads in (self._workers, self._files, self._downloads, self._uploads):
            threads.shutdown(wait=False, cancel_futures=True)

    def alive(self) -> bool:
        """No camera's thread hangs: what the service manager's watchdog wants to know."""
        now_s = time.monotonic()
        return all(now_s - fed.camera.heartbeat_s < HANG_S for fed in self.cameras)

    def _usual_mode(self, fed: FedCamera) -> Mode:
        return configured_mode(fed.pinned, self.config.current.camera)

    def _make_streams(self) -> Streams:
        # Every client of a camera that is away sees the same few pictures.
        explain = lru_cache(maxsize=8)(
            lambda why: placeholder(*PLACEHOLDER_SIZE, ["Camera not connected", why])
        )
        return Streams(self._encoder, explain, lambda: self.config.current.stream.max_clients)

    def _make_app(self) -> AnySanic:
        config, cameras, state = self.config, self.cameras, self._live_state
        gate = Gate(self._authenticator, Limiter(lambda: config.current.limits))
        images = Images(cameras, self._encoder, config)
        live = Live(cameras, self._streams, config)
        snapshots = Snapshots(
            self._tree, self._encoder, self._files, config, self._recorder.records
        )
        figures = Figures()
        resources: list[Resource] = [
            images,
            live,
            SnapshotRoute(cameras, snapshots),
            CamerasRoute(cameras),
            RecordingRoute(cameras, self._recorder),
            System(figures, self._health(figures), cameras, self._tree, self._recorder.records),
            ConfigRoute(config, cameras),
            Events(
                self._sockets,
                state.bus,
                Verbs(state.state, config, cameras, snapshots, self._recorder),
                config,
            ),
            LiveSocket(self._sockets, cameras, self._streams, config),
            Files(self._tree, self._files),
            Downloads(self._tree, self._downloads),
            Uploads(self._tree, self._uploads, config),
            Login(self.accounts, self._verifier, config),
            UsersRoute(self.accounts, self._verifier),
            TokensRoute(self.accounts),
            Web(gate, images, live),
            OpenApi(gate),
            self._metrics(figures),
        ]
        origins = Origins(lambda: config.current.network.allowed_hosts)
        app = create_app(resources, gate, origins, self._timings, self._crowd)
        app.before_server_start(lambda _app: self.start())
        app.before_server_stop(lambda _app: self.stop())
        app.after_server_stop(lambda _app: self.close())
        return app

    def _metrics(self, figures: Figures) -> Metrics:
        return Metrics(
            Sources(
                cameras=self.cameras,
                encoder=self._encoder,
                streams=self._streams,
                tree=self._tree,
                roots=list(self.config.current.storage.roots),
                figures=figures,
                timings=self._timings,
                crowd=self._crowd,
                sockets=self._sockets,
                recording=lambda: self._recorder.records(self.cameras.active),
            )
        )

    def _health(self, figures: Figures) -> Health:
        def storage() -> str:
            free = self._tree.usage().free
            return OK if free > self.config.current.storage.reserve_bytes else "full"

        return Health(
            {
                "camera": lambda: OK if self.cameras.get().camera.connected else "disconnected",
                "storage": storage,
                "network": lambda: OK if figures.link().connected else "disconnected",
            },
            alarms={"config": lambda: "damaged" if self._damaged() else OK},
        )

    def _damaged(self) -> bool:
        """What was stored could not be read, and its last good copy, or nothing, is in use."""
        return bool(self.config.warnings or self.accounts.warning or self._accounts_lost)


def _tree(state_dir: Path, storage: Storage) -> Tree:
    roots = {virtual: state_dir / real for virtual, real in storage.roots.items()}
    return Tree(roots, storage.reserve_bytes)


def _network(network: Network, settings: Settings) -> Network:
    """What the command line names goes before the configuration."""
    told = {
        "bind": settings.bind,
        "http_port": settings.http_port,
        "https_port": settings.https_port,
    }
    named = {key: value for key, value in told.items() if value is not None}
    return msgspec.structs.replace(network, **named)
