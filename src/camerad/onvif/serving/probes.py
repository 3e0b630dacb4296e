"""Whether a probe is meant for this device, and what it is answered."""

import time
from collections.abc import Sequence
from html import escape
from typing import Final

from msgspec import Struct

from camerad.onvif.messages import message, new_id
from camerad.onvif.names import ADDRESSING, ANONYMOUS, DISCOVERY, EVERYBODY, SOAP12
from camerad.onvif.serving.identity import Identity
from camerad.onvif.xmltree import DATAGRAM, parse

TYPES: Final = ("NetworkVideoTransmitter", "Device")
MAX_ID: Final = 256

_A: Final = f"{{{ADDRESSING}}}"
_D: Final = f"{{{DISCOVERY}}}"
_S: Final = f"{{{SOAP12}}}"


class Probe(Struct, frozen=True):
    message_id: str
    types: tuple[str, ...]
    """Without prefixes."""
    scopes: tuple[str, ...]
    exactly: bool
    """Scopes are to be the very same, and not only to begin alike."""

    def matches(self, scopes: Sequence[str]) -> bool:
        """Whether a device with these scopes is looked for."""
        return all(name in TYPES for name in self.types) and all(
            any(_fits(wanted, scope, self.exactly) for scope in scopes) for wanted in self.scopes
        )


def read_probe(datagram: bytes) -> Probe | None:
    """None for another message; raises ``XmlRefused``."""
    root = parse(datagram, DATAGRAM)
    body = root.find(f"{_S}Body", f"{_D}Probe")
    message_id = root.text_at(f"{_S}Header", f"{_A}MessageID")
    if body is None or not message_id or len(message_id) > MAX_ID:
        return None
    types = (name.rpartition(":")[2] for name in body.text_at(f"{_D}Types").split())
    scopes = body.find(f"{_D}Scopes")
    matching = scopes.attributes.get("MatchBy", "") if scopes else ""
    return Probe(
        message_id,
        tuple(types),
        tuple(scopes.text.split() if scopes else ()),
        matching.endswith("/strcmp0"),
    )


class Voice:
    """Writes this device's own messages, numbered as WS-Discovery wants it."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._instance = int(time.time())
        self._number = 0

    def probe_match(self, url: str, relates_to: str) -> bytes:
        match = f"<d:ProbeMatch>{self._description(url)}</d:ProbeMatch>"
        body = f"<d:ProbeMatches>{match}</d:ProbeMatches>"
        return self._message("ProbeMatches", body, ANONYMOUS, relates_to)

    def hello(self, url: str) -> bytes:
        return self._message("Hello", f"<d:Hello>{self._description(url)}</d:Hello>")

    def bye(self) -> bytes:
        return self._message("Bye", f"<d:Bye>{self._reference()}</d:Bye>")

    def _message(self, action: str, body: str, to: str = EVERYBODY, relates_to: str = "") -> bytes:
        self._number += 1
        sequence = f'InstanceId="{self._instance}" MessageNumber="{self._number}"'
        headers = f"<d:AppSequence {sequence}/>"
        if relates_to:
            headers += f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>"
        return message(new_id(), action, body, to=to, headers=headers)

    def _description(self, url: str) -> str:
        return (
            f"{self._reference()}<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>"
            f"<d:Scopes>{escape(' '.join(self._identity.scopes()))}</d:Scopes>"
            f"<d:XAddrs>{escape(url)}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>"
        )

    def _reference(self) -> str:
        address = f"<a:Address>{self._identity.urn}</a:Address>"
        return f"<a:EndpointReference>{address}</a:EndpointReference>"


def _fits(wanted: str, scope: str, exactly: bool) -> bool:
    if exactly:
        return wanted == scope
    parts, own = wanted.rstrip("/").split("/"), scope.split("/")
    return own[: len(parts)] == parts
