"""The pre-roll: what the active camera has just seen, for films that begin in the past."""

import asyncio
from concurrent.futures import Executor
from contextlib import ExitStack

from msgspec import Struct

from camerad.capture.source import CaptureFormat
from camerad.config.schema import Config
from camerad.config.store import ConfigStore
from camerad.errors import InvalidRequest
from camerad.frames.cameras import Cameras, FedCamera
from camerad.frames.picture import Picture
from camerad.recording.order import jpeg_quality
from camerad.recording.ring import Ring
from camerad.recording.shots import Renderer, Shot
from camerad.recording.timeline import film_rate


class Keeping(Struct, frozen=True):
    """What is kept, as the configuration wants it."""

    camera: int
    length_s: float
    size_bytes: int
    quality: int | None


class PreRoll:
    """Has the active camera stream, and keeps its last pictures, while the configuration wants it.

    Nothing is kept, and nothing costs, while that is off or a film is made of the camera anyway.
    Every method belongs to the event loop.
    """

    def __init__(self, cameras: Cameras, encoders: Executor, config: ConfigStore) -> None:
        self._cameras = cameras
        self._encoders = encoders
        self._config = config
        self._recorded: set[int] = set()
        self._keeping: Keeping | None = None
        self._ring: Ring | None = None
        self._tap = ExitStack()

    def start(self) -> None:
        """Do as configured, and from now on follow every change."""
        loop = asyncio.get_running_loop()

        def changed(_old: Config, _new: Config) -> None:
            loop.call_soon_threadsafe(self._follow)

        self._config.subscribe(changed)
        self._cameras.on_added(lambda _fed: self._follow())  # the active one may have come
        self._follow()

    def close(self) -> None:
        self._tap.close()
        self._ring = None

    def pause(self, camera: int) -> None:
        """A film is being made of this camera."""
        self._recorded.add(camera)
        self._follow()

    def resume(self, camera: int) -> None:
        self._recorded.discard(camera)
        self._follow()

    def reach_s(self, camera: int, wanted_s: float | None) -> float:
        """How far a film of this camera may reach back, if nobody asks for less.

        Raises ``InvalidRequest`` for what is wanted, but not kept.
        """
        kept_s = self._keeping.length_s if self._keeping and self._keeping.camera == camera else 0.0
        if wanted_s is not None and wanted_s > kept_s:
            raise InvalidRequest(
                f"There is no pre-roll of {wanted_s:g} s",
                f"recording.preroll keeps {kept_s:g} s of this camera",
            )
        return kept_s if wanted_s is None else wanted_s

    def before(self, first: Shot, reach_s: float) -> list[Shot]:
        """What a film that begins with ``first`` can have of the time before; the oldest first."""
        if self._ring is None or not reach_s:
            return []
        past = self._ring.since(first.captured_at_s - reach_s)
        return [shot for shot in past if shot.captured_at_s < first.captured_at_s]

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted == self._keeping:
            return
        self._tap.close()
        self._keeping, self._ring = wanted, None
        if wanted is not None:
            self._ring = Ring(wanted.length_s, wanted.size_bytes)
            fed = self._cameras.get(wanted.camera)
            taker = _Taker(fed, Renderer(self._encoders, wanted.quality), self._ring)
            self._tap.enter_context(fed.feed.tapped(taker.take))

    def _wanted(self) -> Keeping | None:
        settings, camera = self._config.current.recording, self._cameras.active
        if not settings.preroll or camera not in self._cameras or camera in self._recorded:
            return None
        quality = jpeg_quality(settings.quality)
        return Keeping(camera, settings.preroll, settings.preroll_bytes, quality)


class _Taker:
    """From a camera's feed into a ring, in the thread of the camera.

    What was seen in another mode does not go into one film with what comes now: it is forgotten.
    """

    def __init__(self, fed: FedCamera, renderer: Renderer, ring: Ring) -> None:
        self._fed = fed
        self._renderer = renderer
        self._ring = ring
        self._format: CaptureFormat | None = None

    def take(self, picture: Picture, captured_at_s: float) -> None:
        fmt = self._fed.camera.status.format
        if fmt is None:
            return
        if fmt != self._format:
            self._format = fmt
            self._ring.clear()
        rendered = self._renderer.render(picture)
        if rendered is not None:
            self._ring.put(Shot(rendered, captured_at_s, film_rate(fmt.fps)))
