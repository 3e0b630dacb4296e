"""The parts of camerad: every object below HTTP, each built once and given its collaborators."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from camerad.accounts.store import Accounts
from camerad.accounts.verifier import Verifier
from camerad.cameras.plugged import PluggedCameras
from camerad.capture.source import Mode
from camerad.capture.spec import CameraSpec, SpecKind
from camerad.config.load import load
from camerad.config.schema import Network, Storage
from camerad.firmware.course import Course
from camerad.firmware.factory_reset import FactoryReset
from camerad.firmware.memory import Memory
from camerad.firmware.notes import BootNotes
from camerad.firmware.rauc import Installer
from camerad.firmware.staging import Staging
from camerad.firmware.updates import Updates
from camerad.frames.cameras import FedCamera
from camerad.http.uploads import MAX_UPLOADS
from camerad.imaging import jpeg as codec
from camerad.imaging.encoder import Encoder
from camerad.imaging.placeholder import placeholder
from camerad.live_config import LiveConfig, configured_mode
from camerad.live_state import LiveState
from camerad.onvif.late import Onvif
from camerad.recording.housekeeping import Housekeeping
from camerad.recording.preroll import PreRoll
from camerad.recording.recorder import Recorder
from camerad.snapshot.snapshots import Snapshots
from camerad.storage.state import prepare_state
from camerad.storage.tree import Tree
from camerad.stream.streams import Streams
from camerad.system.bus import SystemBus
from camerad.system.figures import Figures
from camerad.system.health import DAMAGED, OK, Health, Sampled
from camerad.system.logs import set_level
from camerad.system.reboot import Reboot

PLACEHOLDER_SIZE: Final = (640, 360)

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


class Parts:
    """Builds what ``Daemon`` starts and stops, and ``site`` serves."""

    def __init__(self, settings: Settings) -> None:
        codec.shared_library()  # it may be missing, and that must be told now
        prepare_state(settings.state_dir)
        self.config = load(settings.state_dir, settings.config_file)
        set_level(self.config.current.logging.level)
        self.config.subscribe(lambda _, changed: set_level(changed.logging.level))
        self.network = _network(self.config.current.network, settings)
        self.accounts = Accounts(settings.state_dir)
        self.verifier = Verifier(self.accounts)
        self.threads = Threads()
        self.plugged = PluggedCameras(
            settings.cameras, settings.state_dir, lambda: self.config.current
        )
        self.cameras = self.plugged.cameras
        self.encoder = Encoder(self.threads.encoders)
        self.tree = _tree(settings.state_dir, self.config.current.storage)
        self.preroll = PreRoll(self.cameras, self.threads.encoders, self.config)
        self.recorder = Recorder(
            self.tree,
            self.threads.encoders,
            self.threads.files,
            self.config,
            self.preroll,
            usual_mode=self._usual_mode,
        )
        self.housekeeping = Housekeeping(self.tree, self.threads.files, self.config)
        self.snapshots = Snapshots(
            self.tree, self.encoder, self.threads.files, self.config, self.recorder.records
        )
        self.streams = self._make_streams()
        self.live_config = LiveConfig(self.config, self.cameras, self.tree, self.recorder.busy)
        self.live_state = LiveState(self.config, self.cameras, self.recording)
        self.onvif = Onvif(
            state_dir=settings.state_dir,
            config=self.config,
            network=self.network,
            accounts=self.accounts,
            verifier=self.verifier,
            cameras=self.cameras,
            usual_mode=self._usual_mode,
            disk=self.threads.files,
        )
        self.figures = Figures()
        self.health = self._make_health()
        self.bus = SystemBus()
        self.updates = self._make_updates(settings.state_dir)
        self.factory_reset = FactoryReset(settings.state_dir, self.updates.course, Reboot(self.bus))

    def recording(self) -> bool:
        """Whether the active camera is being recorded."""
        return self.recorder.records(self.cameras.active)

    def _usual_mode(self, fed: FedCamera) -> Mode:
        return configured_mode(fed.pinned, self.config.current.camera)

    def _make_streams(self) -> Streams:
        # Every client of a camera that is away sees the same few pictures.
        explain = lru_cache(maxsize=8)(
            lambda why: placeholder(*PLACEHOLDER_SIZE, ["Camera not connected", why])
        )
        return Streams(self.encoder, explain, lambda: self.config.current.stream.max_clients)

    def _make_updates(self, state_dir: Path) -> Updates:
        installer, staging = Installer(self.bus), Staging(self.tree)
        course = Course(
            memory=Memory(state_dir),
            installer=installer,
            staging=staging,
            notes=BootNotes(state_dir / self.config.current.firmware.boot_notes),
            threads=self.threads.files,
            publish=self.live_state.bus.publish,
        )
        return Updates(
            course=course,
            installer=installer,
            staging=staging,
            reboot=Reboot(self.bus),
            threads=self.threads.files,
            ailing=self.health.ailing,
        )

    def _make_health(self) -> Health:
        accounts_check = Sampled(self._accounts_check)
        return Health(
            {
                "camera": lambda: OK if self.cameras.get().camera.connected else "disconnected",
                "storage": Sampled(self._storage_check),
                "network": Sampled(self._network_check),
            },
            alarms={
                "config": lambda: DAMAGED if self.config.warnings else accounts_check(),
                "firmware": lambda: self.updates.course.given_up() or OK,
            },
        )

    def _network_check(self) -> str:
        return OK if self.figures.link().connected else "disconnected"

    def _storage_check(self) -> str:
        free = self.tree.usage().free
        return OK if free > self.config.current.storage.reserve_bytes else "full"

    def _accounts_check(self) -> str:
        return DAMAGED if self.accounts.warning or self.accounts.lost else OK


class Threads:
    """The threads of blocking work, by kind: a slow disk keeps no picture waiting."""

    def __init__(self) -> None:
        self.encoders = ThreadPoolExecutor(min(MAX_ENCODERS, os.cpu_count() or 1), "encoder")
        self.files = ThreadPoolExecutor(2, "files")
        self.downloads = ThreadPoolExecutor(MAX_DISK_READS, "download")
        self.uploads = ThreadPoolExecutor(MAX_UPLOADS, "upload")

    def close(self) -> None:
        """Drop the work that nobody waits for any more."""
        for threads in (self.encoders, self.files, self.downloads, self.uploads):
            threads.shutdown(wait=False, cancel_futures=True)


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
