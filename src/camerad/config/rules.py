"""What must hold between values that are each right for themselves."""

import ipaddress
import itertools
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from camerad.config.schema import Config, Network, Onvif, Storage
from camerad.errors import CameradError
from camerad.storage.paths import HOME, parse_path


def conflicts(config: Config) -> list[str]:
    """Every contradiction, as ``section.key: what is wrong``."""
    return [
        *_network_conflicts(config.network),
        *_onvif_conflicts(config.onvif),
        *(list(_root_conflicts(config.storage)) or _directory_conflicts(config)),
    ]


def _directory_conflicts(config: Config) -> Iterator[str]:
    roots = config.storage.roots
    yield from _outside("recording.directory", config.recording.directory, roots)
    yield from _outside("storage.snapshots", config.storage.snapshots, roots)


def _network_conflicts(network: Network) -> Iterator[str]:
    try:
        ipaddress.ip_address(network.bind)
    except ValueError:
        yield "network.bind: expected an IP address"
    if network.http_port == network.https_port == 0:
        yield "network.http_port: nothing would listen, as https_port is 0 too"
    elif network.http_port == network.https_port:
        yield "network.https_port: is http_port too"
    if (network.certificate is None) != (network.key is None):
        yield "network.key: certificate and key go together"


def _onvif_conflicts(onvif: Onvif) -> Iterator[str]:
    for number, device in enumerate(onvif.devices):
        try:
            ipaddress.ip_address(urlsplit(device.address).hostname or "")
        except ValueError:
            yield f"onvif.devices[{number}].address: expected an IP address, as names may move"


def _root_conflicts(storage: Storage) -> Iterator[str]:
    if HOME not in storage.roots:
        yield f"storage.roots: {HOME} is missing, where relative paths start"
    for root in storage.roots:
        yield from _outside("storage.roots", root, [root])
        if root.endswith("/"):
            yield f"storage.roots: {root} ends in a slash"
    for one, other in itertools.permutations(storage.roots, 2):
        if other.startswith(f"{one}/"):
            yield f"storage.roots: {other} lies inside {one}"


def _outside(key: str, path: str, roots: Iterable[str]) -> Iterator[str]:
    try:
        parse_path(path, roots)
    except CameradError as error:
        yield f"{key}: {error.message}"
