"""Whose page a request comes from: a browser does for every page what that page tells it to.

DNS rebinding: a page has its own name point to this device, and may then read all answers; but the
name still stands in the Host header. Cross-site requests: a page sends a form here, or opens a
WebSocket, with the credentials that the browser remembers; but its origin stands beside them.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from sanic import Request

from camerad.errors import InvalidRequest, PermissionDenied

ANY_NAME: Final = frozenset({"/health", "/api/health"})
"""Asked by monitors under whatever name they have for the device, and telling nothing."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

MAX_KNOWN: Final = 256

_LOCAL_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9_-]{0,62}(?:\.local)?")
_AUTHORITY: Final = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:\[\]@/]+)(?::([0-9]{0,5}))?")


class Origins:
    """Lets requests pass that name the device as it is known, and pages that are its own.

    Any address will do, since rebinding takes a name: so do port forwards and networks that
    change. So will a name without a dot, or under ``.local``: only the local network resolves it,
    and no page of the Internet can have it. Other names are the host's own and those configured.
    """

    def __init__(
        self,
        allowed: Callable[[], Sequence[str]],
        host_name: Callable[[], str] = socket.gethostname,
    ) -> None:
        self._allowed = allowed
        self._host_name = host_name
        self._known: set[str] = set()
        self._known_for: Sequence[str] | None = None

    def check(self, request: Request) -> None:
        """Raises ``InvalidRequest`` for the name of another host, ``PermissionDenied`` for the
        page of another site.
        """
        host = _host(request)
        if host is not None and not self._knows(host) and request.path not in ANY_NAME:
            raise InvalidRequest(
                "This device does not go by that name",
                f"{host[:255]}: use its address, or allow the name in network.allowed_hosts",
            )
        headers = request.headers
        if request.method not in SAFE_METHODS or "upgrade" in headers:
            origin = headers.getone("origin", None)
            if origin is None:
                foreign = headers.getone("sec-fetch-site", "none") not in ("same-origin", "none")
            else:
                foreign = not self._is_own_page(origin, host)
            if foreign:
                raise PermissionDenied("A page of another site may not do this", origin)

    def _knows(self, host: str) -> bool:
        allowed = self._allowed()
        if allowed is not self._known_for:
            self._known.clear()
            self._known_for = allowed
        if host in self._known:
            return True
        name = _name(host)
        if name is None or not (_is_local(name) or name in self._names()):
            return False
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known.add(host)
        return True

    def _names(self) -> set[str]:
        return {self._host_name().lower(), *self._configured()}

    def _configured(self) -> set[str]:
        return {name for host in self._allowed() if (name := _name(host))}

    def _is_own_page(self, origin: str, host: str | None) -> bool:
        """Of the very host and port that is asked, or of a name that an administrator allows:
        where a proxy stands between, the two need not be the same.
        """
        try:
            scheme, authority = urlsplit(origin)[:2]
        except ValueError:
            return False
        if scheme not in ("http", "https"):
            return False
        if host is not None and authority.lower() == host.lower():
            return True
        return _name(authority) in self._configured()


def _host(request: Request) -> str | None:
    """The Host header; None where there need not be one."""
    hosts = request.headers.getall("host", [])
    if len(hosts) == 1:
        return str(hosts[0])
    # HTTP/1.0 does not know it; and Sanic calls a request NONE of which it could not read the head.
    if not hosts and (request.version == "1.0" or request.method == "NONE"):
        return None
    raise InvalidRequest("A request has exactly one Host header")


def _name(authority: str) -> str | None:
    """The host of ``host:port``, in small letters; None if it is malformed."""
    parts = _AUTHORITY.fullmatch(authority.lower())
    return parts and parts[1].removesuffix(".")


def _is_local(name: str) -> bool:
    """An address, or a name that the Internet's name servers have no say in."""
    if _LOCAL_NAME.fullmatch(name):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
