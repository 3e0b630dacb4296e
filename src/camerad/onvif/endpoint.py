"""Where a service of a device is: an address that may be connected to as it stands.

Its host is an IP address and never a name, so that nothing is resolved, and resolved otherwise the
second time.
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from camerad.onvif.addresses import Address, Neighbourhood, parse_address, refusal

MAX_URL: Final = 1024

# Devices have been seen to announce a port twice (`http://10.0.0.9:8106:8106/`). What follows is
# sent as it is, in the request's first line: it holds no blanks, and nothing that is not ASCII.
_URL: Final = re.compile(
    r"(https?)://(\[[^\[\]@/?#\s]+\]|[^\[\]:@/?#\s]+)((?::\d{0,5})*)(/[!-~]*)?", re.IGNORECASE
)


class Endpoint(Struct, frozen=True):
    tls: bool
    host: Address
    port: int
    path: str

    @property
    def authority(self) -> str:
        """``host:port``, without the port where it is the usual one."""
        host = f"[{self.host}]" if self.host.version == 6 else str(self.host)
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}{self.path}"


class Announced(Struct, frozen=True):
    """A URL as a device tells it. Its host may be anything, a name too."""

    tls: bool
    host: Address | None
    port: int
    path: str

    def at(self, host: Address) -> Endpoint:
        return Endpoint(self.tls, host, self.port, self.path)


def parse_url(url: str) -> Announced | None:
    """None for what is no URL of HTTP's, or has credentials in it."""
    parts = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if parts is None:
        return None
    tls = parts[1].lower() == "https"
    ports = [int(port) for port in parts[3].split(":") if port]
    port = ports[0] if ports else (443 if tls else 80)
    if not 0 < port <= 65535:
        return None
    return Announced(tls, parse_address(parts[2].strip("[]")), port, parts[4] or "/")


def learnt(urls: Iterable[str], source: Address, near: Neighbourhood) -> Endpoint | None:
    """The endpoint of a device that announces ``urls`` from the address ``source``; None if
    there is none that may be used.

    It is the device that has answered: what another address is announced for (none at all, that of
    a network behind a router, that of another machine) is taken to be meant for the source. Only a
    source that is link-local, as IPv6 has it, cannot be used itself; then another address of the
    same network is.
    """
    announced = [found for found in map(parse_url, urls) if found is not None]
    if source.version == 6 and source.is_link_local:
        candidates = [url.at(url.host) for url in announced if url.host and url.host.version == 6]
    else:
        announced.sort(key=lambda url: url.host != source)
        candidates = [url.at(source) for url in announced]
    return next((found for found in candidates if _usable(found, near)), None)


def beside(endpoint: Endpoint, url: str) -> Endpoint | None:
    """The endpoint of another service of the same device, whatever host it names for it."""
    announced = parse_url(url)
    found = announced.at(endpoint.host) if announced else None
    return found if found and refusal(found.host, found.port) is None else None


def _usable(endpoint: Endpoint, near: Neighbourhood) -> bool:
    return refusal(endpoint.host, endpoint.port) is None and near.is_near(endpoint.host)
