"""SOAP messages on their way to a device: checked, and passed on byte for byte."""

import re
from typing import Final

from msgspec import Struct

from camerad.errors import InvalidRequest
from camerad.onvif.names import SECURITY, SOAP11, SOAP12
from camerad.onvif.xmltree import MESSAGE, Node, XmlRefused, parse

SPOKEN: Final = ("http://www.onvif.org/", "http://docs.oasis-open.org/wsn/")
"""How the namespaces of operations begin: ONVIF's own, and those of its events."""


class Envelope(Struct, frozen=True):
    """A SOAP message as it came, and what it was found to be."""

    data: bytes
    version: str
    """The namespace of SOAP 1.1 or 1.2."""
    header: Node | None
    body: Node
    operation: Node

    @property
    def has_security(self) -> bool:
        return bool(self.header and self.header.find(f"{{{SECURITY}}}Security"))

    def with_header(self, entry: bytes) -> bytes:
        """The message with one more header, and not a byte of the rest changed."""
        data = self.data
        if self.header is None:
            whole = b'<e:Header xmlns:e="%b">%b</e:Header>' % (self.version.encode(), entry)
            return data[: self.body.start] + whole + data[self.body.start :]
        end = self.header.end
        if not data[:end].endswith(b"/>") or self.header.children:
            return data[:end] + entry + data[end:]
        # An empty-element tag has to be opened first.
        tag = re.match(rb"<([^\s/>]+)", data[self.header.start : end])
        assert tag is not None
        return data[: end - 2] + b">" + entry + b"</" + tag[1] + b">" + data[end:]


def read_envelope(data: bytes) -> Envelope:
    """Raises ``InvalidRequest`` for whatever is no request of ONVIF's."""
    try:
        root = parse(data, MESSAGE)
    except XmlRefused as refused:
        raise InvalidRequest("The request body is not SOAP", str(refused)) from None
    version, local = root.namespace, root.local
    body = root.find(f"{{{version}}}Body")
    if version not in (SOAP11, SOAP12) or local != "Envelope" or body is None:
        raise InvalidRequest("The request body is not SOAP", "Expected an Envelope with a Body")
    if len(body.children) != 1 or not body.children[0].namespace.startswith(SPOKEN):
        raise InvalidRequest(
            "The request is not one of ONVIF's", "Expected one element of its namespaces in Body"
        )
    return Envelope(data, version, root.find(f"{{{version}}}Header"), body, body.children[0])
