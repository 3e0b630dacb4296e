"""SOAP answers."""

from html import escape

from camerad.onvif.names import DEVICE, ERRORS, MEDIA, SCHEMA
from camerad.onvif.serving.faults import Fault


def answer(version: str, body: str) -> bytes:
    """An envelope of the request's version; ``body`` may use the prefixes tds, trt, tt and ter."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{version}" xmlns:tds="{DEVICE}" xmlns:trt="{MEDIA}"'
        f' xmlns:tt="{SCHEMA}" xmlns:ter="{ERRORS}"><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def fault(fault: Fault) -> str:
    """As SOAP 1.2 writes it."""
    subcode = ""
    for name in reversed(fault.subcodes):
        subcode = f"<s:Subcode><s:Value>ter:{name}</s:Value>{subcode}</s:Subcode>"
    return (
        f"<s:Fault><s:Code><s:Value>s:{fault.code}</s:Value>{subcode}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(str(fault))}</s:Text></s:Reason></s:Fault>'
    )


def boolean(value: bool) -> str:
    return "true" if value else "false"
