"""The picture that is true now, or the reason why there is none."""

import asyncio
import time

from camerad.errors import CameraNotConnected
from camerad.frames.cameras import FedCamera
from camerad.frames.frame import Frame

FAULT_CHECK_S = 0.2
"""How often somebody who waits for a first frame looks whether the camera has failed."""


async def frame_after(fed: FedCamera, captured_after_s: float, patience_s: float) -> Frame:
    """The first frame captured after an instant (CLOCK_MONOTONIC), waited for at most so long.

    Raises ``CameraNotConnected`` naming the device, at once if it is known to have failed.
    """
    waiting = asyncio.ensure_future(fed.feed.next_frame(captured_after_s))
    give_up_s = time.monotonic() + patience_s
    try:
        while time.monotonic() < give_up_s and fed.camera.status.fault is None:
            await asyncio.wait({waiting}, timeout=FAULT_CHECK_S)
            if waiting.done():
                return waiting.result()
    finally:
        waiting.cancel()
    silent = f"{fed.camera.device} gives no frames"
    raise CameraNotConnected("Camera device not available", fed.camera.status.fault or silent)


async def current_frame(fed: FedCamera, max_age_s: float, patience_s: float) -> Frame:
    """The newest frame, if it is no older than ``max_age_s``; else the next."""
    oldest_s = time.monotonic() - max_age_s
    latest = fed.feed.latest
    if latest is not None and latest.captured_at_s > oldest_s and fed.feed.wanted:
        with fed.feed.subscribed(_glance):
            return latest
    return await frame_after(fed, oldest_s, patience_s)


def _glance(_frame: Frame) -> None:
    """A look that renews the demand, so that who polls pictures keeps the camera running."""
