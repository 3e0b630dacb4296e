"""Blocking work for the event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_thread(
    threads: Executor, work: Callable[[], T], interrupt: Callable[[], object] | None = None
) -> T:
    """The result of blocking work.

    A cancellation calls ``interrupt``, and takes effect only when the work has ended: what it uses
    can be closed then.
    """
    future = asyncio.get_running_loop().run_in_executor(threads, work)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if interrupt is not None:
            interrupt()
        while not future.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        if not future.cancelled():
            # An error that nobody looks at is complained of by asyncio.
            future.exception()
        raise


@contextlib.asynccontextmanager
async def held(
    threads: Executor, open_: Callable[[], T], close: Callable[[T], object]
) -> AsyncIterator[T]:
    """What ``open_`` gives, and ``close`` afterwards, both in threads: whenever a cancellation
    comes, nothing stays open.
    """
    opening = threads.submit(open_)
    try:
        yield await asyncio.wrap_future(opening)
    finally:
        await in_thread(threads, partial(_close, opening, close))


def _close(opening: Future[T], close: Callable[[T], object]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        close(opening.result())
