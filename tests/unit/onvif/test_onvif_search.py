"""A search where there is nothing to search."""

import asyncio
import errno

import psutil
import pytest

from camerad.onvif.addresses import Neighbourhood, neighbourhood
from camerad.onvif.discovery import Search


@pytest.fixture
def needs_ethtool():
    """Of the kernel: what the interfaces are asked by."""
    try:
        psutil.net_if_stats()
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        pytest.skip("there is no ioctl SIOCETHTOOL here, as under qemu-user")


async def test_without_a_network_nobody_waits():
    search = Search(Neighbourhood((), frozenset()), lambda _: None, lambda _: None)
    async with asyncio.timeout(5):
        await search.run(60)
    assert search.found == {}


@pytest.mark.usefixtures("needs_ethtool")
def test_a_daemon_on_loopback_speaks_to_no_network():
    assert neighbourhood("127.0.0.1", ()).interfaces == ()


@pytest.mark.usefixtures("needs_ethtool")
def test_only_interfaces_that_are_named_are_spoken_on():
    assert neighbourhood("::", ("nosuch0",)).interfaces == ()
