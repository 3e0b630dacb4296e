"""Messages that are passed on: what is let through, and what is added to them."""

import re

import pytest

from camerad.errors import InvalidRequest
from camerad.onvif.envelope import read_envelope
from camerad.onvif.names import SECURITY, SOAP11, SOAP12
from camerad.onvif.wsse import digest, fits, security_header
from camerad.onvif.xmltree import MESSAGE, parse

OPERATION = '<t:GetHostname xmlns:t="http://www.onvif.org/ver10/device/wsdl"/>'
ENTRY = b"<added/>"


def envelope(header="", body=OPERATION, version=SOAP12):
    return f'<s:Envelope xmlns:s="{version}">{header}<s:Body>{body}</s:Body></s:Envelope>'.encode()


@pytest.mark.parametrize("version", [SOAP11, SOAP12])
def test_a_request_of_onvif(version):
    found = read_envelope(envelope(version=version))
    assert (found.version, found.operation.local) == (version, "GetHostname")
    assert not found.has_security


def test_one_that_says_who_asks():
    header = f'<s:Header><Security xmlns="{SECURITY}"/></s:Header>'
    # An element without children is there all the same.
    assert read_envelope(envelope(header)).has_security


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("", b'<e:Header xmlns:e="%b"><added/></e:Header>' % SOAP12.encode()),
        ("<s:Header/>", b"<s:Header><added/></s:Header>"),
        ('<s:Header  a="/>" />', b'<s:Header  a="/>" ><added/></s:Header>'),
        ("<s:Header></s:Header>", b"<s:Header><added/></s:Header>"),
        ('<s:Header a="/>"></s:Header>', b'<s:Header a="/>"><added/></s:Header>'),
        ("<s:Header><x/></s:Header>", b"<s:Header><x/><added/></s:Header>"),
        ("<s:Header> <!-- ä --></s:Header>", "<s:Header> <!-- ä --><added/></s:Header>".encode()),
        ("<!--<s:Header/>--><s:Header/>", b"<!--<s:Header/>--><s:Header><added/></s:Header>"),
    ],
)
def test_a_header_is_added_and_not_a_byte_changed(header, after):
    before = envelope(header)
    found = read_envelope(before).with_header(ENTRY)
    assert found == before.replace(header.encode() + b"<s:Body>", after + b"<s:Body>")
    parse(found, MESSAGE)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "well-formed"),
        (b"{}", "well-formed"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b"<a>" * 200, "levels"),
        (b"<a/>", "Envelope"),
        (f'<Envelope xmlns="{SOAP12}"/>'.encode(), "Envelope"),
        (envelope().replace(b"Envelope", b"Letter"), "Envelope"),
        (envelope(version="urn:x"), "Envelope"),
        (envelope(body=""), "one element"),
        (envelope(body=OPERATION * 2), "one element"),
        (envelope(body='<x xmlns="http://tempuri.org/"/>'), "one element"),
        (envelope(body='<x xmlns="http://www.onvif.org.evil/"/>'), "one element"),
    ],
)
def test_what_is_not_passed_on(data, why):
    with pytest.raises(InvalidRequest) as raised:
        read_envelope(data)
    assert why in raised.value.details


def test_the_digest_of_the_profile():
    """The example of ONVIF's application programmer's guide."""
    nonce = bytes.fromhex("2c8e0c41ee2eeb2d5fbbbe4f1c8c7a0a")
    made = digest(nonce, "2010-09-16T07:50:45Z", "userpassword")
    assert fits(made, nonce, "2010-09-16T07:50:45Z", "userpassword")
    assert not fits(made, nonce, "2010-09-16T07:50:46Z", "userpassword")
    assert not fits("ä", nonce, "", "userpassword")


def test_a_security_header_is_of_its_time_and_used_once():
    one, other = (security_header("a<b", "pw", 1_736_937_000.5).decode() for _ in range(2))
    assert one != other
    assert "<wsu:Created>2025-01-15T10:30:00Z</wsu:Created>" in one
    assert "<wsse:Username>a&lt;b</wsse:Username>" in one
    assert "pw" not in re.sub(r">[^<]*={1,2}<", "><", one)
    parse(one.encode(), MESSAGE)
