"""Answers of devices, read by the WSDL."""

import pytest
from onvif_messages import BOMB

from camerad.onvif.names import DEVICE, SCHEMA, SOAP12
from camerad.onvif.wsdl import DeviceWsdl

SCOPES = (
    f'<t:GetScopesResponse xmlns:t="{DEVICE}" xmlns:s="{SCHEMA}"><t:Scopes>'
    "<s:ScopeDef>Fixed</s:ScopeDef><s:ScopeItem>onvif://www.onvif.org/name/A</s:ScopeItem>"
    "</t:Scopes></t:GetScopesResponse>"
)
FAULT = (
    "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code>"
    '<e:Reason><e:Text xml:lang="en">Not today</e:Text></e:Reason></e:Fault>'
)


def envelope(body, before=""):
    return f'{before}<e:Envelope xmlns:e="{SOAP12}"><e:Body>{body}</e:Body></e:Envelope>'.encode()


@pytest.fixture(scope="module")
def wsdl():
    return DeviceWsdl()


def test_a_question_is_as_the_wsdl_has_it(wsdl):
    request = wsdl.request("GetServices", IncludeCapability=False)
    assert f'GetServices xmlns:ns0="{DEVICE}"'.encode() in request
    assert b"IncludeCapability>false<" in request


def test_an_answer(wsdl):
    (scope,) = wsdl.reply("GetScopes", 200, envelope(SCOPES))
    assert scope.ScopeItem == "onvif://www.onvif.org/name/A"


def test_an_answer_may_tell_more(wsdl):
    more = "<t:Vendor>1</t:Vendor></t:GetScopesResponse>"
    content = envelope(SCOPES.replace("</t:GetScopesResponse>", more))
    assert wsdl.reply("GetScopes", 200, content).Scopes[0].ScopeItem.endswith("/A")


@pytest.mark.parametrize(
    ("status", "content", "why"),
    [
        (400, envelope(FAULT), "Not today"),
        (200, envelope(FAULT), "Not today"),
        (500, envelope("<e:Fault/>"), "a fault"),
        (200, envelope(""), "WSDL"),
        (200, b"<html/>", "Envelope"),
        (200, b"", "well-formed"),
        (200, b"TypeError: Cannot read properties of undefined", "well-formed"),
        (200, b"<a>" * 100_000, "bytes"),
        (200, b"<a>" * 1000, "levels"),
        (200, b"<a>" + b"<b/>" * 10_000 + b"</a>", "elements"),
        (200, envelope("&e8;", f"<!DOCTYPE x [{BOMB}]>"), "document type"),
        (200, envelope("", '<!DOCTYPE x SYSTEM "http://10.0.0.9/">'), "document type"),
        (200, envelope(SCOPES)[:-30], "well-formed"),
    ],
)
def test_what_is_no_answer(wsdl, status, content, why):
    with pytest.raises(ValueError, match=why):
        wsdl.reply("GetScopes", status, content)
