"""The messages of WS-Discovery."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from camerad.onvif.names import (
    ADDRESSING,
    DEVICE,
    DISCOVERY,
    EVERYBODY,
    NETWORK,
    SCOPE,
    SOAP12,
)
from camerad.onvif.uuids import urn
from camerad.onvif.xmltree import DATAGRAM, Node, XmlRefused, parse

TYPED: Final = "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
PROBES: Final = (f"<d:Probe>{TYPED}</d:Probe>", "<d:Probe/>")
"""Some devices answer only to the one, some only to the other."""

MAX_TEXT: Final = 128
"""Characters of a name that are kept."""

_A: Final = f"{{{ADDRESSING}}}"
_D: Final = f"{{{DISCOVERY}}}"
_S: Final = f"{{{SOAP12}}}"


class Match(Struct, frozen=True):
    """What a device says of itself in its answer to a probe."""

    uuid: str
    """``urn:uuid:...``."""
    scopes: tuple[str, ...]
    """Below ``onvif://www.onvif.org/``, as they stand."""
    urls: tuple[str, ...]
    """Where it says that its device service is."""


class Scopes(Struct, frozen=True):
    """What a device is called, by its scopes; empty where they do not tell."""

    name: str
    hardware: str
    location: str


def new_id() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def message(
    message_id: str, action: str, body: str, *, to: str = EVERYBODY, headers: str = ""
) -> bytes:
    """A message of WS-Discovery; ``body`` and ``headers`` are XML and may use the prefixes d, a,
    dn and tds.
    """
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:a="{ADDRESSING}" xmlns:d="{DISCOVERY}"'
        f' xmlns:dn="{NETWORK}" xmlns:tds="{DEVICE}"><s:Header>'
        f"<a:MessageID>{message_id}</a:MessageID><a:To>{to}</a:To>"
        f"<a:Action>{DISCOVERY}/{action}</a:Action>{headers}"
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def probe(message_id: str, body: str) -> bytes:
    return message(message_id, "Probe", body)


def read_matches(datagram: bytes, message_ids: Sequence[str]) -> list[Match]:
    """The cameras in an answer to one of our probes; raises ``XmlRefused`` for all else."""
    # Before anything is parsed: who has not seen our probe cannot know its id.
    if not any(message_id.encode() in datagram for message_id in message_ids):
        raise XmlRefused("no answer to a probe of ours")
    root = parse(datagram, DATAGRAM)
    if root.text_at(f"{_S}Header", f"{_A}RelatesTo") not in message_ids:
        raise XmlRefused("no answer to a probe of ours")
    matches = root.find(f"{_S}Body", f"{_D}ProbeMatches")
    return list(_cameras(matches.children)) if matches else []


def _cameras(nodes: Sequence[Node]) -> Iterator[Match]:
    for node in nodes:
        uuid_ = urn(node.text_at(f"{_A}EndpointReference", f"{_A}Address"))
        types = [name.rpartition(":")[2] for name in node.text_at(f"{_D}Types").split()]
        scopes = node.text_at(f"{_D}Scopes").split()
        ours = tuple(scope for scope in scopes if scope.lower().startswith(SCOPE))
        # Printers and computers answer to the empty probe as well.
        if uuid_ and (ours or "NetworkVideoTransmitter" in types):
            yield Match(uuid_, ours, tuple(node.text_at(f"{_D}XAddrs").split()))


def read_scopes(scopes: Sequence[str]) -> Scopes:
    """The first that is not empty of each kind; a location may be told in several steps."""
    return Scopes(_first(scopes, "name"), _first(scopes, "hardware"), _first(scopes, "location"))


def _first(scopes: Sequence[str], kind: str) -> str:
    prefix = f"{SCOPE}{kind}/"
    values = (scope[len(prefix) :] for scope in scopes if scope.lower().startswith(prefix))
    decoded = (_printable(unquote(value).strip("/ ")) for value in values)
    return next(filter(None, decoded), "")


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:MAX_TEXT]
