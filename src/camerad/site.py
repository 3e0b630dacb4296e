"""The HTTP side of camerad: every resource of the API, built over the parts that do the work."""

from camerad.http.answers import AnySanic
from camerad.http.app import Resource, create_app
from camerad.http.auth import Authenticator
from camerad.http.cameras import CamerasRoute
from camerad.http.config import ConfigRoute
from camerad.http.crowd import Crowd
from camerad.http.downloads import Downloads
from camerad.http.factory_reset import FactoryResetRoute
from camerad.http.files import Files
from camerad.http.firmware import FirmwareRoute
from camerad.http.gate import Gate
from camerad.http.images import Images
from camerad.http.limits import Limiter
from camerad.http.live import Live
from camerad.http.login import Login
from camerad.http.metrics import Metrics, Sources
from camerad.http.onvif import OnvifRoute
from camerad.http.onvif_services import OnvifServices
from camerad.http.openapi import OpenApi
from camerad.http.origin import Origins
from camerad.http.recording import RecordingRoute
from camerad.http.recordings import RecordingsRoute
from camerad.http.snapshots import SnapshotRoute
from camerad.http.system import System
from camerad.http.timings import Timings
from camerad.http.tokens import TokensRoute
from camerad.http.uploads import Uploads
from camerad.http.users import UsersRoute
from camerad.http.web import Web
from camerad.http.websocket.events import Events
from camerad.http.websocket.live import LiveSocket
from camerad.http.websocket.sockets import Sockets
from camerad.http.websocket.verbs import Verbs
from camerad.parts import Parts


class Site:
    """The application, and the WebSockets that it holds open."""

    def __init__(self, parts: Parts) -> None:
        config = parts.config
        self._parts = parts
        self._authenticator = Authenticator(
            parts.accounts, parts.verifier.verify, lambda: config.current.auth.query_token
        )
        self.sockets = Sockets(self._authenticator, lambda: config.current.stream.max_websockets)
        self._timings = Timings()
        self._crowd = Crowd(config.current.network.max_connections)
        origins = Origins(lambda: config.current.network.allowed_hosts)
        gate = Gate(origins, Limiter(lambda: config.current.limits), self._authenticator)
        self.app: AnySanic = create_app(
            self._resources(gate), gate, origins, self._timings, self._crowd
        )

    def _resources(self, gate: Gate) -> list[Resource]:
        parts = self._parts
        config, cameras, tree, threads = parts.config, parts.cameras, parts.tree, parts.threads
        images = Images(cameras, parts.encoder, config)
        live = Live(cameras, parts.streams, config)
        return [
            images,
            live,
            SnapshotRoute(cameras, parts.snapshots),
            CamerasRoute(cameras),
            RecordingRoute(cameras, parts.recorder),
            self._recordings(),
            System(parts.figures, parts.health, cameras, tree, parts.recorder.records),
            ConfigRoute(config, cameras),
            self._events(),
            LiveSocket(self.sockets, cameras, parts.streams, config),
            Files(tree, threads.files),
            Downloads(tree, threads.downloads),
            Uploads(tree, threads.uploads, config, parts.updates),
            FirmwareRoute(parts.updates),
            FactoryResetRoute(parts.factory_reset),
            Login(parts.accounts, parts.verifier, config),
            OnvifRoute(parts.onvif),
            OnvifServices(parts.onvif, self._authenticator),
            UsersRoute(parts.accounts, parts.verifier),
            TokensRoute(parts.accounts),
            Web(gate, images, live),
            OpenApi(gate),
            Metrics(self._sources()),
        ]

    def _events(self) -> Events:
        parts, state = self._parts, self._parts.live_state
        verbs = Verbs(state.state, parts.config, parts.cameras, parts.snapshots, parts.recorder)
        return Events(self.sockets, state.bus, verbs, parts.config)

    def _recordings(self) -> RecordingsRoute:
        parts = self._parts
        return RecordingsRoute(
            parts.tree,
            parts.threads.files,
            parts.config,
            growing=parts.recorder.growing,
        )

    def _sources(self) -> Sources:
        parts = self._parts
        return Sources(
            cameras=parts.cameras,
            encoder=parts.encoder,
            streams=parts.streams,
            tree=parts.tree,
            roots=list(parts.config.current.storage.roots),
            figures=parts.figures,
            timings=self._timings,
            crowd=self._crowd,
            sockets=self.sockets,
            course=parts.updates.course,
            recording=parts.recording,
            unrecorded=parts.recorder.dropped,
            repaired=lambda: len(parts.housekeeping.repaired),
        )
