"""Sanic's own requests, made without a connection."""

from types import SimpleNamespace

from sanic import Request
from sanic.compat import Header

HERE = "192.0.2.1"


def request(url="/", method="GET", headers=(), body=b"", address=HERE):
    """What Sanic makes of these, with the whole body already read."""
    made = Request(url.encode(), Header(list(headers)), "1.1", method, None, None)
    made.conn_info = SimpleNamespace(client_ip=address)
    made.body = body
    return made
