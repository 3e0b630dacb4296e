"""A search where there is nothing to search."""

import asyncio

from camerad.onvif.addresses import Neighbourhood, neighbourhood
from camerad.onvif.discovery import Search


async def test_without_a_network_nobody_waits():
    search = Search(Neighbourhood((), frozenset()), lambda _: None, lambda _: None)
    async with asyncio.timeout(5):
        await search.run(60)
    assert search.found == {}


def test_a_daemon_on_loopback_speaks_to_no_network():
    assert neighbourhood("127.0.0.1", ()).interfaces == ()


def test_only_interfaces_that_are_named_are_spoken_on():
    assert neighbourhood("::", ("nosuch0",)).interfaces == ()
