"""What the kernel says of its interfaces."""

import psutil
import pytest

from camerad.onvif import addresses
from camerad.system.interfaces import LinkFlags, is_running, link_flags


def test_the_loopback_is_known_for_what_it_is():
    flags = link_flags("lo")
    assert LinkFlags.LOOPBACK in flags
    assert LinkFlags.MULTICAST not in flags


def test_what_is_not_there_has_no_flags():
    assert link_flags("nosuch0") == LinkFlags(0)
    assert link_flags("a" * 40) == LinkFlags(0)


@pytest.mark.parametrize(
    ("flags", "running"),
    [(0, False), (0x1, False), (0x40, False), (0x41, True), (0x11043, True)],
)
def test_what_runs_is_up_and_has_a_carrier(flags, running):
    assert is_running(LinkFlags(flags)) is running


def test_a_driver_that_does_not_tell_its_speed_hides_no_interface(monkeypatch):
    """psutil.net_if_stats() fails for all interfaces if one driver does not know SIOCETHTOOL."""

    def fail():
        raise OSError(38, "Function not implemented (originated from ioctl(SIOCETHTOOL))")

    usable = LinkFlags.UP | LinkFlags.RUNNING | LinkFlags.MULTICAST
    monkeypatch.setattr(psutil, "net_if_stats", fail)
    monkeypatch.setattr(
        addresses, "link_flags", lambda name: usable if name == "lo" else LinkFlags(0)
    )
    assert [each.name for each in addresses.neighbourhood("0.0.0.0", ()).interfaces] == ["lo"]
