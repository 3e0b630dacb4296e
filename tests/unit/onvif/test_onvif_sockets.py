"""The sockets of WS-Discovery, on kernels that are not like this one."""

import errno
import socket

import pytest

from camerad.onvif import sockets


@pytest.fixture
def refuse(monkeypatch):
    """`refuse(error)` makes every socket of IPv6 fail with it."""
    real = socket.socket

    def refuse(error):
        def make(family, kind):
            if family == socket.AF_INET6:
                raise OSError(error, "refused")
            return real(family, kind)

        monkeypatch.setattr(socket, "socket", make)
        monkeypatch.setattr(sockets, "PORT", 0)

    return refuse


def test_a_kernel_without_ipv6_is_heard_over_ipv4(refuse):
    refuse(errno.EAFNOSUPPORT)
    opened = list(sockets.listeners())
    assert [sock.family for sock in opened] == [socket.AF_INET]
    opened[0].close()


def test_any_other_refusal_is_told(refuse):
    refuse(errno.EMFILE)
    opened = sockets.listeners()
    next(opened).close()
    with pytest.raises(OSError, match="refused"):
        next(opened)
