"""The names that ONVIF, SOAP and WS-Discovery go by."""

from typing import Final

SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
ADDRESSING: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY: Final = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
EVERYBODY: Final = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
"""Whom a multicast message is addressed to."""
ANONYMOUS: Final = f"{ADDRESSING}/role/anonymous"
NETWORK: Final = "http://www.onvif.org/ver10/network/wsdl"
DEVICE: Final = "http://www.onvif.org/ver10/device/wsdl"
MEDIA: Final = "http://www.onvif.org/ver10/media/wsdl"
SCHEMA: Final = "http://www.onvif.org/ver10/schema"
ERRORS: Final = "http://www.onvif.org/ver10/error"

_WSS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
SECURITY: Final = f"{_WSS}-wssecurity-secext-1.0.xsd"
UTILITY: Final = f"{_WSS}-wssecurity-utility-1.0.xsd"
DIGEST: Final = f"{_WSS}-username-token-profile-1.0#PasswordDigest"
PLAIN: Final = f"{_WSS}-username-token-profile-1.0#PasswordText"
BASE64: Final = f"{_WSS}-soap-message-security-1.0#Base64Binary"

SCOPE: Final = "onvif://www.onvif.org/"

DEVICE_SERVICE: Final = "device_service"
SERVICES: Final = {
    DEVICE: DEVICE_SERVICE,
    MEDIA: "media_service",
    "http://www.onvif.org/ver20/media/wsdl": "media2_service",
    "http://www.onvif.org/ver20/ptz/wsdl": "ptz_service",
    "http://www.onvif.org/ver20/imaging/wsdl": "imaging_service",
    "http://www.onvif.org/ver10/events/wsdl": "events_service",
    "http://www.onvif.org/ver20/analytics/wsdl": "analytics_service",
    "http://www.onvif.org/ver10/deviceIO/wsdl": "deviceio_service",
    "http://www.onvif.org/ver10/recording/wsdl": "recording_service",
    "http://www.onvif.org/ver10/search/wsdl": "search_service",
    "http://www.onvif.org/ver10/replay/wsdl": "replay_service",
}
"""What each service is called in the proxy's path, by its namespace."""
