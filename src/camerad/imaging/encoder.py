"""JPEGs of frames: each frame is encoded once per quality, however many ask for it."""

import asyncio
from concurrent.futures import Executor

from camerad.frames.frame import Frame
from camerad.frames.picture import Jpeg, Picture
from camerad.imaging import jpeg

DEFAULT_QUALITY = 85


def _render(picture: Picture, quality: int) -> Jpeg:
    if isinstance(picture, Jpeg):
        return jpeg.transcode(picture, quality)
    return jpeg.encode(picture, quality)


class Encoder:
    """Encodes in the threads of ``executor``; the codec releases the interpreter meanwhile.

    Without a quality a camera's own JPEG passes through untouched, and a raw picture is encoded
    at ``DEFAULT_QUALITY``.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.encoded = 0
        """Encodes and transcodes begun since the start."""

    def ready(self, frame: Frame, quality: int | None) -> Jpeg | None:
        """The frame as JPEG, if that takes no work."""
        if quality is None and isinstance(frame.picture, Jpeg):
            return frame.picture
        return None

    def begin(self, frame: Frame, quality: int | None) -> asyncio.Future[Jpeg]:
        """The encoding of a frame, begun now unless somebody has; not to be cancelled: others
        may be waiting for it too.
        """
        key = quality or DEFAULT_QUALITY
        encoding = frame.encodings.get(key)
        if encoding is None:
            loop = asyncio.get_running_loop()
            encoding = loop.run_in_executor(self._executor, _render, frame.picture, key)
            frame.encodings[key] = encoding
            self.encoded += 1
        return encoding

    async def jpeg(self, frame: Frame, quality: int | None) -> Jpeg:
        """The frame as JPEG of a quality, 1..100."""
        jpeg = self.ready(frame, quality)
        return await asyncio.shield(self.begin(frame, quality)) if jpeg is None else jpeg
