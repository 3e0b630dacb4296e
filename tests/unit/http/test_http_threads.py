import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from camerad.http.threads import held, in_thread


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as threads:
        yield threads


class Work:
    """Blocks until it is told to go on."""

    def __init__(self):
        self.go_on = threading.Event()
        self.begun = threading.Event()
        self.ended = False

    def __call__(self):
        self.begun.set()
        self.go_on.wait(10)
        self.ended = True
        return self


async def begun(work):
    await asyncio.to_thread(work.begun.wait, 10)


async def test_the_result_and_the_error_come_through(threads):
    assert await in_thread(threads, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        await in_thread(threads, lambda: 1 / 0)


async def test_a_cancellation_waits_for_the_work_however_often_it_comes(threads):
    work = Work()
    task = asyncio.create_task(in_thread(threads, work))
    await begun(work)
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    work.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.ended


async def test_a_cancellation_interrupts_the_work(threads):
    work = Work()
    task = asyncio.create_task(in_thread(threads, work, work.go_on.set))
    await begun(work)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.ended


async def test_an_error_of_cancelled_work_is_not_taken_for_forgotten(threads):
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, said: complaints.append(said))

    async def cancel():
        work = Work()
        fail = in_thread(threads, lambda: 1 / (work() is None), work.go_on.set)
        task = asyncio.create_task(fail)
        await begun(work)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    await cancel()
    await asyncio.sleep(0)
    gc.collect()
    assert complaints == []


async def test_what_is_held_is_closed_afterwards(threads):
    closed = []
    async with held(threads, lambda: "thing", closed.append) as thing:
        assert (thing, closed) == ("thing", [])
    assert closed == ["thing"]
    with pytest.raises(ZeroDivisionError):
        async with held(threads, lambda: "other", closed.append):
            raise ZeroDivisionError
    assert closed == ["thing", "other"]


async def test_what_cannot_be_opened_is_not_closed(threads):
    closed = []
    with pytest.raises(ZeroDivisionError):
        async with held(threads, lambda: 1 / 0, closed.append):
            pass
    assert closed == []


async def test_what_is_being_opened_when_the_cancellation_comes_is_closed(threads):
    work, closed = Work(), []

    async def hold():
        async with held(threads, work, closed.append):
            pytest.fail("opened after all")

    task = asyncio.create_task(hold())
    await begun(work)
    task.cancel()
    work.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed == [work]
