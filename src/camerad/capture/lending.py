"""Frame data that is lent out, and must be back before the device writes the next frame there."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def lent(data: memoryview) -> Iterator[memoryview]:
    """Lend ``data`` for the block; ``BufferError`` when an array over it outlives the block."""
    try:
        yield data
    except BaseException:
        # The traceback may keep such an array; what went wrong first is what counts.
        with suppress(BufferError):
            data.release()
        raise
    data.release()
