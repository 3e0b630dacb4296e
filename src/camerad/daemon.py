"""The composition root: builds the parts and the site, starts and stops them in order."""

import asyncio
import logging
from typing import Final

from camerad.accounts.store import FirstCredentials
from camerad.parts import Parts, Settings
from camerad.site import Site

logger = logging.getLogger(__name__)

CAMERA_CLOSE_S: Final = 1.0


class Daemon:
    """camerad without its sockets: ``app`` serves it, under any server that starts and stops it."""

    def __init__(self, settings: Settings) -> None:
        self.parts = Parts(settings)
        self._site = Site(self.parts)
        self.first_credentials: FirstCredentials | None = None
        """What the start has made, if it was the first one."""
        self.app = self._site.app
        self.app.before_server_start(lambda _app: self.start())
        self.app.before_server_stop(lambda _app: self.stop())
        self.app.after_server_stop(lambda _app: self.close())

    async def start(self) -> None:
        """Find out what the cameras are; they stream only when somebody looks."""
        parts = self.parts
        for warning in (*parts.config.warnings, parts.accounts.warning):
            if warning:
                logger.warning("%s", warning)
        # Not before the start is sure to succeed: its credentials are shown this once.
        self.first_credentials = parts.accounts.first_start()
        await asyncio.to_thread(parts.tree.prepare)
        parts.housekeeping.start()
        parts.live_config.start()
        parts.preroll.start()
        parts.live_state.start()
        parts.recorder.on_change(parts.live_state.state.changed)
        parts.updates.course.start()
        parts.plugged.start()
        await parts.onvif.start()

    async def stop(self) -> None:
        """End all streams, give all devices back. May be called more than once."""
        parts = self.parts
        parts.streams.close()
        await parts.plugged.close()
        await parts.onvif.stop()
        parts.housekeeping.close()
        parts.updates.course.close()
        parts.bus.close()
        await parts.recorder.close()
        parts.preroll.close()
        closing = [asyncio.to_thread(fed.camera.close, CAMERA_CLOSE_S) for fed in parts.cameras]
        for fed in parts.cameras:
            fed.feed.close()
        await asyncio.gather(self._site.sockets.close(), *closing)
        parts.live_state.close()

    def close(self) -> None:
        """Drop the work that nobody waits for any more: after the last request has ended."""
        self.parts.onvif.close()
        self.parts.verifier.close()
        self.parts.threads.close()

    def alive(self) -> bool:
        """What the service manager's watchdog wants to know. A thread that hangs in a driver nobody
        here can free.
        """
        return self.parts.plugged.alive()
