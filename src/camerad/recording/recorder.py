"""Recording: starts, watches and ends it, one at a time for each camera."""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import Executor, Future
from fractions import Fraction
from typing import Final

from msgspec import Struct

from camerad.capture.source import Mode
from camerad.config.store import ConfigStore
from camerad.errors import (
    FileExists,
    InsufficientStorage,
    InvalidRequest,
    NotRecording,
    RecordingInProgress,
)
from camerad.frames.cameras import FedCamera
from camerad.frames.picture import Jpeg
from camerad.recording.intake import Intake, answered
from camerad.recording.modes import changes, mode_for
from camerad.recording.naming import film_name, new_id
from camerad.recording.order import Order, jpeg_quality
from camerad.recording.preroll import PreRoll
from camerad.recording.session import Plan, Reason, Session
from camerad.recording.shots import Renderer, Shot, Shots
from camerad.storage.tree import Tree

STOP_S: Final = 1.5
"""What a film has for its last bytes when the daemon stops: all of that must take under 2 s."""
LEAST_S: Final = 10.0
"""A recording for which there is no room for so long is not begun."""
TIMELAPSE_FPS: Final = 30.0


class Recording(Struct, frozen=True):
    """A recording as it stands, or as it ended."""

    recording_id: str
    filename: str
    duration_s: float
    size_bytes: int
    """Of all parts."""
    dropped: int
    """Pictures that are not in the film although the camera gave them."""
    reason: Reason | None = None
    """Why it has ended; None while it goes on."""


class Started(Struct, frozen=True):
    recording_id: str
    filename: str
    estimated_bytes: int
    """Of the whole film; without a duration, all the room there is."""
    reaches_back_s: float = 0.0
    """How much of the film was captured before it was asked for."""


class Recorder:
    """Every method belongs to the event loop, but ``busy``, ``records`` and ``recording``."""

    def __init__(
        self,
        tree: Tree,
        encoders: Executor,
        files: Executor,
        config: ConfigStore,
        preroll: PreRoll,
        *,
        usual_mode: Callable[[FedCamera], Mode],
    ) -> None:
        self._tree = tree
        self._encoders = encoders
        self._files = files
        self._config = config
        self._preroll = preroll
        self._usual_mode = usual_mode
        self._active: dict[int, Session | None] = {}
        """By camera; None while a recording is about to start."""
        self._intakes: dict[int, tuple[FedCamera, Intake, Mode | None]] = {}
        self._last: dict[int, Recording] = {}
        self._dropped = 0
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` told when a recording has begun or ended."""
        self._listeners.append(listener)

    def busy(self) -> bool:
        """Whether any camera records, or is about to."""
        return bool(self._active)

    def records(self, camera: int) -> bool:
        return camera in self._active

    def recording(self, camera: int) -> Recording | None:
        """What a camera records now."""
        session = self._active.get(camera)
        return None if session is None else _report(session)

    def last(self, camera: int) -> Recording | None:
        """What a camera has recorded last, since the daemon was started."""
        return self._last.get(camera)

    def growing(self) -> set[str]:
        """The paths of the films that are being written."""
        return {session.path for session in self._sessions() if session.path is not None}

    def dropped(self) -> int:
        """Pictures that are in no film although they should be, since the start."""
        return self._dropped + sum(session.missing for session in self._sessions())

    async def remaining_bytes(self) -> int:
        """The room for recordings."""
        return await self._in_files(self._remaining)

    async def start(self, fed: FedCamera, order: Order) -> Started:
        """Begin; the first picture is safe when this returns.

        Raises ``RecordingInProgress``, ``InvalidRequest``, ``InvalidResolution``,
        ``InsufficientStorage``, ``FileExists``, ``CameraNotConnected``, and then all is as before.
        """
        if fed.id in self._active:
            raise RecordingInProgress("A recording is in progress", "Stop it first")
        self._active[fed.id] = None
        try:
            return await self._start(fed, order)
        except BaseException:
            self._release(fed.id)
            raise

    async def stop(self, fed: FedCamera) -> Recording:
        """End it; the film is complete when this returns. Raises ``NotRecording``."""
        session = self._active.get(fed.id)
        if session is None:
            raise NotRecording("No recording is in progress")
        await asyncio.to_thread(session.stop)
        self._finished(fed.id, session)
        return self._last[fed.id]

    async def close(self) -> None:
        """End all, because the daemon stops."""
        await asyncio.gather(*(asyncio.to_thread(each.stop, STOP_S) for each in self._sessions()))
        for camera in tuple(self._active):
            self._release(camera)

    async def _start(self, fed: FedCamera, order: Order) -> Started:
        plan = self._plan(order)
        patience_s = self._config.current.camera.open_timeout
        await answered(fed, patience_s)
        mode = mode_for(fed, order.resolution, None if order.interval_s else order.fps)
        reach_s = self._reach_s(fed, order, mode)
        path = f"{plan.directory}/{plan.filename}"
        if await self._in_files(lambda: self._tree.exists(path)):
            raise FileExists("A file of this name exists", path)
        await self._demand_room(0)
        shots = Shots()
        quality = order.quality or self._config.current.recording.quality
        renderer = Renderer(self._encoders, jpeg_quality(quality))
        intake = Intake(fed, renderer, shots, mode, order.interval_s)
        self._intakes[fed.id] = fed, intake, mode
        if mode is not None:
            fed.camera.set_mode(mode)
        intake.open()
        first = await intake.first(patience_s)
        film = [*self._preroll.before(first, reach_s), first]
        back_s = first.captured_at_s - film[0].captured_at_s
        bytes_per_s = await _bytes_per_s(film, plan)
        wanted_s = LEAST_S if plan.duration_s is None else plan.duration_s
        size_bytes = math.ceil(bytes_per_s * (back_s + wanted_s))
        remaining = await self._demand_room(size_bytes)
        session = await self._begin(fed.id, plan, shots, film)
        self._active[fed.id] = session
        self._preroll.pause(fed.id)
        self._tell()
        estimated = remaining if plan.duration_s is None else size_bytes
        return Started(plan.recording_id, plan.filename, estimated, back_s)

    async def _begin(self, camera: int, plan: Plan, shots: Shots, film: list[Shot]) -> Session:
        """Begin to write ``film``, and then what comes in ``shots``."""
        loop = asyncio.get_running_loop()

        def ended(session: Session) -> None:
            loop.call_soon_threadsafe(self._finished, camera, session)

        session = Session(self._tree, plan, shots, ended)
        beginning = loop.run_in_executor(self._files, session.begin, film)
        try:
            await asyncio.shield(beginning)
        except asyncio.CancelledError:
            # The client has gone while the film was made: nobody could stop it by its answer.
            await asyncio.wait([beginning])
            shots.close()
            raise
        return session

    def _plan(self, order: Order) -> Plan:
        plays_fps = None
        if order.interval_s is not None:
            plays_fps = Fraction(order.fps or TIMELAPSE_FPS).limit_denominator(1001)
        return Plan(
            new_id(),
            self._config.current.recording.directory,
            film_name(order.filename),
            order.duration_s,
            order.interval_s,
            plays_fps,
        )

    def _reach_s(self, fed: FedCamera, order: Order, mode: Mode | None) -> float:
        """How far the film may reach back: not over a change of the mode, and no timelapse."""
        if order.interval_s is None and not changes(fed, mode):
            return self._preroll.reach_s(fed.id, order.preroll_s)
        if order.preroll_s:
            raise InvalidRequest(
                "A timelapse, or a film in another mode than the camera is in, has no pre-roll",
                "Leave out preroll, or interval, resolution and framerate",
            )
        return 0.0

    async def _demand_room(self, size_bytes: int) -> int:
        remaining = await self.remaining_bytes()
        if remaining <= size_bytes:
            raise InsufficientStorage(
                "There is no room for this recording",
                f"It needs about {size_bytes} bytes; {remaining} are left",
            )
        return remaining

    def _remaining(self) -> int:
        usage = self._tree.usage(self._config.current.recording.directory)
        return max(0, usage.free - self._tree.reserve_bytes)

    def _finished(self, camera: int, session: Session) -> None:
        if self._active.get(camera) is session:
            self._last[camera] = _report(session)
            self._dropped += session.missing
            self._release(camera)

    def _release(self, camera: int) -> None:
        """Let go of the camera, and put it back into its usual mode."""
        self._active.pop(camera, None)
        self._preroll.resume(camera)
        fed, intake, mode = self._intakes.pop(camera, (None, None, None))
        if intake is not None:
            intake.close()
        if fed is not None and mode is not None:
            fed.camera.set_mode(self._usual_mode(fed))
        self._tell()

    def _sessions(self) -> list[Session]:
        return [session for session in tuple(self._active.values()) if session is not None]

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    async def _in_files(self, work: Callable[[], int]) -> int:
        return await asyncio.get_running_loop().run_in_executor(self._files, work)


async def _bytes_per_s(film: list[Shot], plan: Plan) -> float:
    """By its first pictures: what the film will take for each second that it records."""
    first = film[-1]
    sizes = [len(shot.jpeg.data) for shot in film if isinstance(shot.jpeg, Jpeg)]
    if isinstance(first.jpeg, Future):
        sizes.append(len((await asyncio.wrap_future(first.jpeg)).data))
    per_s = float(first.rate_fps) if plan.interval_s is None else 1 / plan.interval_s
    return sum(sizes) / len(sizes) * per_s


def _report(session: Session) -> Recording:
    return Recording(
        session.plan.recording_id,
        session.plan.filename,
        session.duration_s,
        session.size_bytes,
        session.missing,
        session.reason,
    )
